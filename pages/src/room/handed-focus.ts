/** Hands the focus on where one thing takes the place of another: it is not to fall to the page. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Writing } from './writing.ts';

export function useHandedFocus(writing: Writing, element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { current } = element;
    if (writing.hasFocus) current?.focus();
    return () => {
      const root = current?.getRootNode() as Document | ShadowRoot | undefined;
      writing.hasFocus = current !== null && root?.activeElement === current;
    };
  }, []);
}
