/** Calls a listener. An error that it throws is reported as uncaught, like that of an event listener, and not passed on. */
export function callListener<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    // Node has no `reportError`.
    (globalThis.reportError ?? console.error)(error);
  }
}
