/** Long press on a touch screen. A shortcut only: every action must also be reachable otherwise. */
import { useRef } from 'preact/hooks';

/** Milliseconds until a touch counts as a long press. */
const holdMs = 500;

/** @returns listeners to spread onto an element; a press on a link or button inside it does not count */
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
