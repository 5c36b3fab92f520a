/** Something that is asked of the service from a dialog: it goes on, was refused, or is done. */
import { type Signal, useSignal } from '@preact/signals';
import { errorText } from '../error-text.ts';

export interface RequestState {
  /** Asks for it, and then does what follows. */
  run: (ask: () => Promise<unknown>, then?: () => void) => Promise<void>;
  isPending: Signal<boolean>;
  error: Signal<string | undefined>;
}

export function useRequest(): RequestState {
  const isRunning = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  return {
    isPending: isRunning,
    error: problem,
    run: async (ask, then) => {
      if (isRunning.value) return;
      isRunning.value = true;
      problem.value = undefined;
      try {
        await ask();
        then?.();
      } catch (error) {
        problem.value = errorText(error);
      } finally {
        isRunning.value = false;
      }
    },
  };
}

/** Why it was refused. */
export function RequestError({ request }: { request: RequestState }) {
  return <div role="alert">{request.error.value && <p class="problem">{request.error.value}</p>}</div>;
}
