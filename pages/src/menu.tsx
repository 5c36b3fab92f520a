/** A menu of actions, shown beside the control that opened it, or as a bottom sheet on a phone. */
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { Dialog } from './dialog.tsx';
import { StrokeIcon } from './icon.tsx';
import { IconButton } from './icon-button.tsx';
import { words } from './language.ts';
import { type MenuIconName, menuStrokes } from './menu-icons.ts';

interface MenuProps {
  label: string;
  anchor: Element;
  onClose: () => void;
  children: ComponentChildren;
}

/** How far each arrow key moves the focus. Left and right are for controls side by side, such as reactions. */
const arrowSteps = new Map([
  ['ArrowUp', -1],
  ['ArrowLeft', -1],
  ['ArrowDown', 1],
  ['ArrowRight', 1],
]);

/** Moves the focus to the previous or next button, wrapping around. */
function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: menu, target } = event;
  const step = arrowSteps.get(key);
  if (!step) return;
  const controls = [...menu.querySelectorAll('button')];
  const at = controls.indexOf(target as HTMLButtonElement);
  const next = controls.at((at + step) % controls.length);
  event.preventDefault();
  next?.focus();
}

export function Menu({ label, anchor, onClose, children }: MenuProps) {
  const { close } = words.value;
  return (
    <Dialog class="menu sheet" label={label} anchor={anchor} onClose={onClose}>
      <div class="sheet-header">
        <h2>{label}</h2>
        <IconButton icon="close" label={close} onPress={onClose} />
      </div>
      <div role="toolbar" aria-orientation="vertical" aria-label={label} onKeyDown={moveFocus}>
        {children}
      </div>
    </Dialog>
  );
}

interface MenuItemProps {
  icon: MenuIconName;
  label: string;
  /** The current value, shown on the right. */
  detail?: string;
  isDanger?: boolean;
  /** For a toggle. */
  isPressed?: boolean;
  onPress: () => void;
}

export function MenuItem({ icon, label, detail, isDanger, isPressed, onPress }: MenuItemProps) {
  return (
    <button
      type="button"
      class={isDanger ? 'menu-item is-danger' : 'menu-item'}
      aria-pressed={isPressed}
      onClick={onPress}
    >
      <StrokeIcon strokes={menuStrokes[icon]} />
      <span>{label}</span>
      {detail && <span class="menu-item-detail">{detail}</span>}
    </button>
  );
}

interface SegmentedControlProps<T> {
  label: string;
  options: readonly { value: T; label: string }[];
  selected: T | undefined;
  onSelect: (value: T) => void;
}

/** A row of options of which one is selected. */
export function SegmentedControl<T extends number>({ label, options, selected, onSelect }: SegmentedControlProps<T>) {
  return (
    <fieldset class="menu-group">
      <legend>{label}</legend>
      <div class="segmented">
        {options.map((option) => (
          <button
            key={option.value}
            type="button"
            aria-pressed={option.value === selected}
            onClick={() => onSelect(option.value)}
          >
            {option.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
