/** Says that the connection is gone once that has lasted a moment, and that nothing written is lost. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

/** Milliseconds without a connection that nobody need hear of. */
const patienceMs = 2_000;

export function Banner({ session }: { session: RoomSession }) {
  const phase = session.phase.value.name;
  const isLate = useSignal(false);

  useEffect(() => {
    isLate.value = false;
    if (phase === 'live') return;
    const timer = setTimeout(() => {
      isLate.value = true;
    }, patienceMs);
    return () => clearTimeout(timer);
  }, [phase, isLate]);

  const isShown = isLate.value && phase !== 'live';
  const { reconnecting, notConnected, tryNow } = words.value;
  return (
    <div class={isShown ? 'banner' : 'banner is-empty'}>
      {isShown && <Icon name="reconnect" />}
      <output>{isShown && (phase === 'reconnecting' ? reconnecting : notConnected)}</output>
      {isShown && (
        <button type="button" class="button is-quiet is-small" onClick={() => session.tryNow()}>
          {tryNow}
        </button>
      )}
    </div>
  );
}
