/** Says that the connection is gone once that has lasted a moment, and that nothing written is lost. */
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { RoomSession } from './session.ts';
import { useRoom } from './use-room.ts';
import { words } from './words.ts';

/** Milliseconds without a connection that nobody need hear of. */
const patienceMs = 2_000;

/** What the browser knows of it, sooner than a line that was cut off is found out. */
const isOffline = signal(!navigator.onLine);
for (const change of ['online', 'offline']) {
  addEventListener(change, () => {
    isOffline.value = !navigator.onLine;
  });
}

export function Banner({ session }: { session: RoomSession }) {
  const phase = session.phase.value.name;
  const waiting = useRoom(session, ({ outgoing }) => outgoing.filter(({ failure }) => !failure).length);
  const isDown = isOffline.value || phase !== 'live';
  const isLate = useSignal(false);

  useEffect(() => {
    isLate.value = false;
    if (!isDown) return;
    const timer = setTimeout(() => {
      isLate.value = true;
    }, patienceMs);
    return () => clearTimeout(timer);
  }, [isDown, isLate]);

  const isShown = isLate.value && isDown;
  const { offline, reconnecting, notConnected, tryNow } = words.value;
  const connecting = phase === 'reconnecting' ? reconnecting : notConnected;
  const classes = isOffline.value ? 'banner is-offline' : 'banner';
  return (
    <div class={isShown ? classes : 'banner is-empty'}>
      {isShown && <Icon name={isOffline.value ? 'offline' : 'reconnect'} />}
      <output>{isShown && (isOffline.value ? offline(waiting) : connecting)}</output>
      {isShown && (
        <button type="button" class="button is-quiet is-small" onClick={() => session.tryNow()}>
          {tryNow}
        </button>
      )}
    </div>
  );
}
