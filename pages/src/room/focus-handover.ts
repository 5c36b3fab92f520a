/** Moves the focus from a component to the one that replaces it, so that it does not fall back to the document. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { ComposeState } from './compose-state.ts';

export function useFocusHandover(composeState: ComposeState, element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { current } = element;
    if (composeState.hasFocus) current?.focus();
    return () => {
      const root = current?.getRootNode() as Document | ShadowRoot | undefined;
      composeState.hasFocus = current !== null && root?.activeElement === current;
    };
  }, []);
}
