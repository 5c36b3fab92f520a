/** A button with only an icon; its label is available to screen readers and as a tooltip. */
import { Icon, type IconName } from './icon.tsx';

interface IconButtonProps {
  icon: IconName;
  label: string;
  small?: boolean;
  class?: string;
  /** Whether the button opens a dialog. */
  opens?: boolean;
  tabIndex?: number;
  /** @param button the button itself, to anchor a menu to */
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
