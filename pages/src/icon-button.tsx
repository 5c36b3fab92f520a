/** A button that shows an icon alone; its name is heard, and seen where a pointer rests on it. */
import { Icon, type IconName } from './icon.tsx';

interface IconButtonProps {
  icon: IconName;
  label: string;
  small?: boolean;
  class?: string;
  /** Whether it opens a dialog. */
  opens?: boolean;
  tabIndex?: number;
  /** Gets the button itself, beside which something may open. */
  onPress: (button: Element) => void;
}

export function IconButton({
  icon,
  label,
  small = false,
  class: classes = '',
  opens,
  tabIndex,
  onPress,
}: IconButtonProps) {
  return (
    <button
      type="button"
      class={`button is-icon ${small ? 'is-small' : ''} ${classes}`}
      aria-haspopup={opens ? 'dialog' : undefined}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onClick={(event) => onPress(event.currentTarget)}
    >
      <Icon name={icon} small={small} />
    </button>
  );
}
