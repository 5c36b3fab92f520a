/** A modal dialog: focus stays inside and returns, Escape and the scrim close it unless it must be answered. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  /** The id of the heading that names it, or its name where it has none. */
  labelledBy?: string;
  label?: string;
  class?: string;
  /** What it stands beside, where there is room; else it rises from below. */
  anchor?: Element;
  /** What has the focus once it is closed, where what had it before will be gone. */
  returnFocusTo?: HTMLElement | null | undefined;
  /** Closes by its own buttons only. */
  mustAnswer?: boolean;
  onClose?: () => void;
  children: ComponentChildren;
}

/** Pixels between a dialog and what it stands beside, and the edges of the window. */
const gap = 4;

/** Below an element, or above it where there is more room; its right edge under the element's. */
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
    // It and the window may change their size while it is open.
    const observer = new ResizeObserver(() => dialog && anchor && positionBeside(dialog, anchor));
    for (const one of [dialog, document.documentElement]) if (one) observer.observe(one);
    return () => {
      observer.disconnect();
      // It is gone by now; to close it would only be heard by whoever opened the next.
      const next = returnFocusTo ?? opener;
      if (next instanceof HTMLElement) next.focus();
    };
  }, []);

  // Not every browser knows `closedby`.
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    const preventCancel = (event: Event) => {
      if (mustAnswer) event.preventDefault();
    };
    // Where a press began counts: a text is selected beyond the edge, too.
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
