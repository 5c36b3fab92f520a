/** Leads to the form, and into its first field. */
import type { ComponentChildren } from 'preact';

interface CreateRoomLinkProps {
  class?: string;
  onPress?: () => void;
  children: ComponentChildren;
}

export function CreateRoomLink({ class: classes = '', onPress, children }: CreateRoomLinkProps) {
  return (
    <button
      type="button"
      class={`button ${classes}`}
      onClick={() => {
        onPress?.();
        focusCreateRoomForm();
      }}
    >
      {children}
    </button>
  );
}

/** Puts the form in view and the focus on its title. */
export function focusCreateRoomForm(): void {
  document.getElementById('make')?.scrollIntoView();
  document.getElementById('make-title')?.focus({ preventScroll: true });
}
