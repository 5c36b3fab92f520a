/** A modal dialog: focus stays inside and returns, Escape and the scrim close it unless it must be answered. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  /** The id of the heading that names it. */
  labelledBy: string;
  class?: string;
  /** Closes by its own buttons only. */
  mustAnswer?: boolean;
  onClose?: () => void;
  children: ComponentChildren;
}

export function Dialog({ labelledBy, class: classes = '', mustAnswer = false, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
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
      closedby={mustAnswer ? 'none' : 'any'}
      onClose={onClose}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
