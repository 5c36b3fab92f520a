/** A part of the page that is loaded when it is first wanted. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** Milliseconds until what could not be loaded is tried again. */
const againMs = 2_000;

async function isServiceThere(): Promise<boolean> {
  try {
    return (await fetch(location.href, { method: 'HEAD', cache: 'no-cache' })).ok;
  } catch {
    return false;
  }
}

/**
 * What loads a component and, until it is there, shows nothing. Where it cannot be loaded though the service answers, the
 * page loads itself anew: after a deployment its files are gone, and many browsers do not ask a second time for one that
 * they once could not get. What was being written is kept on the device.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazily(props: P) {
    const part = useSignal(loaded);
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isWanted = true;
      const fetchPart = (isSecondTry: boolean) =>
        load().then(
          (component) => {
            loaded = component;
            part.value = component;
          },
          () => waitForService(isSecondTry),
        );
      const waitForService = (isSecondTry: boolean) => {
        timer = setTimeout(async () => {
          const isThere = await isServiceThere();
          if (!isWanted) return;
          if (!isThere) waitForService(isSecondTry);
          else if (isSecondTry) location.reload();
          else void fetchPart(true);
        }, againMs);
      };
      if (!loaded) void fetchPart(false);
      return () => {
        isWanted = false;
        clearTimeout(timer);
      };
    }, [part]);
    const Part = part.value;
    return Part ? <Part {...props} /> : null;
  };
}
