/** A part of the page that is loaded when it is first wanted. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** Milliseconds until what could not be loaded is tried again. */
const retryMs = 2_000;

async function isServiceReachable(): Promise<boolean> {
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
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const current = useSignal(loaded);
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isWanted = true;
      const fetchPart = (isSecondTry: boolean) =>
        load().then(
          (component) => {
            loaded = component;
            current.value = component;
          },
          () => waitForService(isSecondTry),
        );
      const waitForService = (isSecondTry: boolean) => {
        timer = setTimeout(async () => {
          const isThere = await isServiceReachable();
          if (!isWanted) return;
          if (!isThere) waitForService(isSecondTry);
          else if (isSecondTry) location.reload();
          else void fetchPart(true);
        }, retryMs);
      };
      if (!loaded) void fetchPart(false);
      return () => {
        isWanted = false;
        clearTimeout(timer);
      };
    }, [current]);
    const LoadedComponent = current.value;
    return LoadedComponent ? <LoadedComponent {...props} /> : null;
  };
}
