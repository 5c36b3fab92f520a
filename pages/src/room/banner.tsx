/** Says that the connection is gone once that has lasted a moment, and that nothing written is lost. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { RoomSession } from './session.ts';
import { useRoom } from './use-room.ts';
import { words } from './words.ts';

/** Milliseconds without a connection that nobody need hear of. */
const patienceMs = 2_000;

function useIsOffline(): boolean {
  const isOffline = useSignal(!navigator.onLine);
  useEffect(() => {
    const follow = () => {
      isOffline.value = !navigator.onLine;
    };
    addEventListener('online', follow);
    addEventListener('offline', follow);
    return () => {
      removeEventListener('online', follow);
      removeEventListener('offline', follow);
    };
  }, [isOffline]);
  return isOffline.value;
}

export function Banner({ session }: { session: RoomSession }) {
  const phase = session.phase.value.name;
  const waiting = useRoom(session, ({ outgoing }) => outgoing.filter(({ failure }) => !failure).length);
  const isOffline = useIsOffline();
  // A line that was cut off is found out late; the browser knows before.
  const isDown = isOffline || phase !== 'live';
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
  const classes = isOffline ? 'banner is-offline' : 'banner';
  return (
    <div class={isShown ? classes : 'banner is-empty'}>
      {isShown && <Icon name={isOffline ? 'offline' : 'reconnect'} />}
      <output>{isShown && (isOffline ? offline(waiting) : connecting)}</output>
      {isShown && (
        <button type="button" class="button is-quiet is-small" onClick={() => session.tryNow()}>
          {tryNow}
        </button>
      )}
    </div>
  );
}
