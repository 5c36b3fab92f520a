/** A request made from a dialog, and its state: pending, failed or done. */
import { type Signal, useSignal } from '@preact/signals';
import { errorText } from '../error-text.ts';

export interface RequestState {
  /** Sends the request, then calls `onDone` if it succeeded. Ignored while another one is pending. */
  run: (send: () => Promise<unknown>, onDone?: () => void) => Promise<void>;
  isPending: Signal<boolean>;
  error: Signal<string | undefined>;
}

export function useRequest(): RequestState {
  const isPending = useSignal(false);
  const error = useSignal<string | undefined>(undefined);
  return {
    isPending,
    error,
    run: async (send, onDone) => {
      if (isPending.value) return;
      isPending.value = true;
      error.value = undefined;
      try {
        await send();
        onDone?.();
      } catch (thrown) {
        error.value = errorText(thrown);
      } finally {
        isPending.value = false;
      }
    },
  };
}

/** Shows the error of a failed request. */
export function RequestError({ request }: { request: RequestState }) {
  return <div role="alert">{request.error.value && <p class="error">{request.error.value}</p>}</div>;
}
