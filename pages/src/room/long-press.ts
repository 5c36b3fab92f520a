/** Holding a finger on something: a shortcut, never the only way. */
import { useRef } from 'preact/hooks';

/** Milliseconds. */
const holdMs = 500;

/** Listeners for an element on which a finger may be held. */
export function useLongPress(onHold: (element: Element) => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const cancel = () => clearTimeout(timer.current);
  return {
    onTouchStart: ({ currentTarget, target }: TouchEvent) => {
      cancel();
      const isControl = target instanceof Element && target.closest('a, button') !== null;
      const element = currentTarget;
      if (!isControl && element instanceof Element) timer.current = setTimeout(() => onHold(element), holdMs);
    },
    onTouchEnd: cancel,
    onTouchMove: cancel,
    onTouchCancel: cancel,
  };
}
