/** A modal dialog: traps the focus and returns it. Escape and a press on the backdrop close it, unless `mustAnswer`. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  /** The id of the heading that labels the dialog; without one, `label`. */
  labelledBy?: string;
  label?: string;
  class?: string;
  /** The element to position it beside in windows of at least 720 px; narrower ones show a bottom sheet. */
  anchor?: Element;
  /** The element to focus after closing, if the one that had the focus before will be gone. */
  returnFocusTo?: HTMLElement | null | undefined;
  /** Only the dialog's own buttons close it. */
  mustAnswer?: boolean;
  onClose?: () => void;
  children: ComponentChildren;
}

/** Pixels between the dialog and its anchor, and between the dialog and the window edges. */
const gap = 4;

/** Positions the dialog below its anchor, or above it if it would not fit below, with their right edges aligned. */
function positionBeside(dialog: HTMLElement, anchor: Element): void {
  if (innerWidth < 720 || !anchor.isConnected) {
    dialog.style.inset = '';
    return;
  }
  const { top, bottom, right } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const below = bottom + gap;
  const y = below + height > innerHeight ? Math.max(top - gap - height, gap) : below;
  dialog.style.inset = `${y}px auto auto ${Math.max(Math.min(right, innerWidth - gap) - width, gap)}px`;
}

export function Dialog({
  labelledBy,
  label,
  anchor,
  returnFocusTo,
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
    // The dialog and the window can change size while it is open.
    const observer = new ResizeObserver(() => dialog && anchor && positionBeside(dialog, anchor));
    for (const resized of [dialog, document.documentElement]) if (resized) observer.observe(resized);
    return () => {
      observer.disconnect();
      // The element is already removed. Calling `close()` would fire `onClose` after the next dialog has opened.
      const next = returnFocusTo ?? opener;
      if (next instanceof HTMLElement) next.focus();
    };
  }, []);

  // Not every browser supports `closedby`.
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    const preventCancel = (event: Event) => {
      if (mustAnswer) event.preventDefault();
    };
    // `pointerdown`, not `click`: selecting text may end outside the dialog.
    const closeOnScrim = (event: PointerEvent) => {
      if (!mustAnswer && event.target === dialog) dialog.close();
    };
    const supportsClosedBy = 'closedBy' in HTMLDialogElement.prototype;
    dialog.addEventListener('cancel', preventCancel);
    if (!supportsClosedBy) dialog.addEventListener('pointerdown', closeOnScrim);
    return () => {
      dialog.removeEventListener('cancel', preventCancel);
      dialog.removeEventListener('pointerdown', closeOnScrim);
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
