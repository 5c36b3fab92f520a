/** A part of the page that is loaded when it is first wanted. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { loadAnewIfReplaced } from './replaced.ts';

/** Milliseconds until what could not be loaded is tried again. */
const againMs = 2_000;

/** What loads a component and, until it is there, shows nothing. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazily(props: P) {
    const part = useSignal(loaded);
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const fetchPart = () =>
        load().then(
          (component) => {
            loaded = component;
            part.value = component;
          },
          () => {
            loadAnewIfReplaced().catch(() => undefined);
            timer = setTimeout(fetchPart, againMs);
          },
        );
      if (!loaded) void fetchPart();
      return () => clearTimeout(timer);
    }, [part]);
    const Part = part.value;
    return Part ? <Part {...props} /> : null;
  };
}
