/** A menu: a list of what can be done, beside the control that opened it, or from below on a phone. */
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { Dialog } from './dialog.tsx';
import { Drawing } from './icon.tsx';
import { IconButton } from './icon-button.tsx';
import { words } from './language.ts';
import { type MenuIconName, menuStrokes } from './menu-icons.ts';

interface MenuProps {
  label: string;
  at: Element;
  onClose: () => void;
  children: ComponentChildren;
}

/** Where each arrow leads: those across are for stamps and steps, which stand side by side. */
const strides = new Map([
  ['ArrowUp', -1],
  ['ArrowLeft', -1],
  ['ArrowDown', 1],
  ['ArrowRight', 1],
]);

/** The arrows lead from one to the next, as Tab does. */
function walk(event: TargetedKeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: menu, target } = event;
  const stride = strides.get(key);
  if (!stride) return;
  const controls = [...menu.querySelectorAll('button')];
  const at = controls.indexOf(target as HTMLButtonElement);
  const next = controls.at((at + stride) % controls.length);
  event.preventDefault();
  next?.focus();
}

export function Menu({ label, at, onClose, children }: MenuProps) {
  const { close } = words.value;
  return (
    <Dialog class="menu sheet" label={label} at={at} onClose={onClose}>
      <div class="sheet-head">
        <h2>{label}</h2>
        <IconButton icon="close" label={close} onPress={onClose} />
      </div>
      <div role="toolbar" aria-orientation="vertical" aria-label={label} onKeyDown={walk}>
        {children}
      </div>
    </Dialog>
  );
}

interface ItemProps {
  icon: MenuIconName;
  label: string;
  /** How it stands, on the right. */
  side?: string;
  isDanger?: boolean;
  /** For what is on or off. */
  pressed?: boolean;
  onPress: () => void;
}

export function MenuItem({ icon, label, side, isDanger, pressed, onPress }: ItemProps) {
  return (
    <button type="button" class={isDanger ? 'item is-danger' : 'item'} aria-pressed={pressed} onClick={onPress}>
      <Drawing strokes={menuStrokes[icon]} />
      <span>{label}</span>
      {side && <span class="item-side">{side}</span>}
    </button>
  );
}

interface StepsProps<T> {
  label: string;
  steps: readonly { value: T; label: string }[];
  /** The one that is chosen. */
  chosen: T | undefined;
  onChoose: (value: T) => void;
}

/** A few values of which one is chosen. */
export function Steps<T extends number>({ label, steps, chosen, onChoose }: StepsProps<T>) {
  return (
    <fieldset class="menu-group">
      <legend>{label}</legend>
      <div class="steps">
        {steps.map((step) => (
          <button
            key={step.value}
            type="button"
            aria-pressed={step.value === chosen}
            onClick={() => onChoose(step.value)}
          >
            {step.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
