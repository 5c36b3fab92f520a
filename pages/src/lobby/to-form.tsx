/** Leads to the form, and into its first field. */
import type { ComponentChildren } from 'preact';

interface ToFormProps {
  class?: string;
  onPress?: () => void;
  children: ComponentChildren;
}

export function ToForm({ class: classes = '', onPress, children }: ToFormProps) {
  return (
    <button
      type="button"
      class={`button ${classes}`}
      onClick={() => {
        onPress?.();
        enterForm();
      }}
    >
      {children}
    </button>
  );
}

/** Puts the form in view and the focus on its title. */
export function enterForm(): void {
  document.getElementById('make')?.scrollIntoView();
  document.getElementById('make-title')?.focus({ preventScroll: true });
}
