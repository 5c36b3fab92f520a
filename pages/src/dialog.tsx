/** A modal dialog: focus stays inside and returns, Escape and the scrim close it unless it must be answered. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  /** The id of the heading that names it, or its name where it has none. */
  labelledBy?: string;
  label?: string;
  class?: string;
  /** What it stands beside, where there is room; else it rises from below. */
  at?: Element;
  /** Closes by its own buttons only. */
  mustAnswer?: boolean;
  onClose?: () => void;
  children: ComponentChildren;
}

/** Pixels between a dialog and what it stands beside, and the edges of the window. */
const gap = 4;

/** Below an element, or above it where there is more room; its right edge under the element's. */
function standBeside(dialog: HTMLElement, at: Element): void {
  if (innerWidth < 720) return;
  const { top, bottom, right } = at.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const below = bottom + gap;
  const y = below + height > innerHeight ? Math.max(top - gap - height, gap) : below;
  dialog.style.inset = `${y}px auto auto ${Math.max(Math.min(right, innerWidth - gap) - width, gap)}px`;
}

export function Dialog({
  labelledBy,
  label,
  at,
  class: classes = '',
  mustAnswer = false,
  onClose,
  children,
}: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = element.current;
    const opener = (dialog?.getRootNode() as DocumentOrShadowRoot | undefined)?.activeElement;
    dialog?.showModal();
    if (dialog && at) standBeside(dialog, at);
    return () => {
      // It is gone by now; to close it would only be heard by whoever opened the next.
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  // Not every browser knows `closedby`.
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    const holdOpen = (event: Event) => {
      if (mustAnswer) event.preventDefault();
    };
    const closeOnScrim = (event: MouseEvent) => {
      if (!mustAnswer && event.target === dialog) dialog.close();
    };
    dialog.addEventListener('cancel', holdOpen);
    dialog.addEventListener('click', closeOnScrim);
    return () => {
      dialog.removeEventListener('cancel', holdOpen);
      dialog.removeEventListener('click', closeOnScrim);
    };
  }, [mustAnswer]);

  return (
    <dialog
      ref={element}
      class={`dialog ${classes}`}
      aria-labelledby={labelledBy}
      aria-label={label}
      closedby={mustAnswer ? 'none' : 'any'}
      onClose={onClose}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
