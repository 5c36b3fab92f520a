/** Something that is asked of the service from a dialog: it goes on, was refused, or is done. */
import { type Signal, useSignal } from '@preact/signals';
import { refusalText } from '../refusal.ts';

export interface Attempt {
  /** Asks for it, and then does what follows. */
  run: (ask: () => Promise<unknown>, then?: () => void) => Promise<void>;
  isRunning: Signal<boolean>;
  problem: Signal<string | undefined>;
}

export function useAttempt(): Attempt {
  const isRunning = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  return {
    isRunning,
    problem,
    run: async (ask, then) => {
      if (isRunning.value) return;
      isRunning.value = true;
      problem.value = undefined;
      try {
        await ask();
        then?.();
      } catch (error) {
        problem.value = refusalText(error);
      } finally {
        isRunning.value = false;
      }
    },
  };
}

/** Why it was refused. */
export function Problem({ attempt }: { attempt: Attempt }) {
  return <div role="alert">{attempt.problem.value && <p class="problem">{attempt.problem.value}</p>}</div>;
}
