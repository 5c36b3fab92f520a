/** A part of the page that is loaded when it is first wanted. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** What loads a component and, until it is there, shows nothing. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazily(props: P) {
    const part = useSignal(loaded);
    useEffect(() => {
      if (loaded) return;
      void load().then((component) => {
        loaded = component;
        part.value = component;
      });
    }, [part]);
    const Part = part.value;
    return Part ? <Part {...props} /> : null;
  };
}
