/** Components that are loaded when they are first rendered. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** Milliseconds between attempts to load a component. */
const retryMs = 2_000;

async function isServiceReachable(): Promise<boolean> {
  try {
    return (await fetch(location.href, { method: 'HEAD', cache: 'no-cache' })).ok;
  } catch {
    return false;
  }
}

/**
 * Wraps a component so that it is loaded on first render; until then nothing is shown. If loading fails twice although
 * the service is reachable, the page reloads: after a deployment the old files are gone, and many browsers do not
 * request a module again once it has failed. Drafts are stored on the device and survive the reload.
 */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const current = useSignal(loaded);
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isMounted = true;
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
          const isReachable = await isServiceReachable();
          if (!isMounted) return;
          if (!isReachable) waitForService(isSecondTry);
          else if (isSecondTry) location.reload();
          else void fetchPart(true);
        }, retryMs);
      };
      if (!loaded) void fetchPart(false);
      return () => {
        isMounted = false;
        clearTimeout(timer);
      };
    }, [current]);
    const LoadedComponent = current.value;
    return LoadedComponent ? <LoadedComponent {...props} /> : null;
  };
}
