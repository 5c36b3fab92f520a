/** A button that scrolls to the form to create a room and focuses its first field. */
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

/** Scrolls to the form and focuses the title field. */
export function focusCreateRoomForm(): void {
  document.getElementById('make')?.scrollIntoView();
  document.getElementById('make-title')?.focus({ preventScroll: true });
}
