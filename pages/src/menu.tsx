/** A menu: a list of what can be done, beside the control that opened it, or from below on a phone. */
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

/** Where each arrow leads: those across are for stamps and steps, which stand side by side. */
const arrowSteps = new Map([
  ['ArrowUp', -1],
  ['ArrowLeft', -1],
  ['ArrowDown', 1],
  ['ArrowRight', 1],
]);

/** The arrows lead from one to the next, as Tab does. */
function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: menu, target } = event;
  const stride = arrowSteps.get(key);
  if (!stride) return;
  const controls = [...menu.querySelectorAll('button')];
  const at = controls.indexOf(target as HTMLButtonElement);
  const next = controls.at((at + stride) % controls.length);
  event.preventDefault();
  next?.focus();
}

export function Menu({ label, anchor, onClose, children }: MenuProps) {
  const { close } = words.value;
  return (
    <Dialog class="menu sheet" label={label} anchor={anchor} onClose={onClose}>
      <div class="sheet-head">
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
  /** How it stands, on the right. */
  detail?: string;
  isDanger?: boolean;
  /** For what is on or off. */
  isPressed?: boolean;
  onPress: () => void;
}

export function MenuItem({ icon, label, detail, isDanger, isPressed, onPress }: MenuItemProps) {
  return (
    <button type="button" class={isDanger ? 'item is-danger' : 'item'} aria-pressed={isPressed} onClick={onPress}>
      <StrokeIcon strokes={menuStrokes[icon]} />
      <span>{label}</span>
      {detail && <span class="item-side">{detail}</span>}
    </button>
  );
}

interface SegmentedControlProps<T> {
  label: string;
  options: readonly { value: T; label: string }[];
  /** The one that is chosen. */
  selected: T | undefined;
  onSelect: (value: T) => void;
}

/** A few values of which one is chosen. */
export function SegmentedControl<T extends number>({ label, options, selected, onSelect }: SegmentedControlProps<T>) {
  return (
    <fieldset class="menu-group">
      <legend>{label}</legend>
      <div class="steps">
        {options.map((step) => (
          <button
            key={step.value}
            type="button"
            aria-pressed={step.value === selected}
            onClick={() => onSelect(step.value)}
          >
            {step.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
