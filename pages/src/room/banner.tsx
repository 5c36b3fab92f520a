/** Says that the connection is gone once that has lasted a moment, and that nothing written is lost. */
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { RoomController } from './room-controller.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

/** Milliseconds without a connection that nobody need hear of. */
const bannerDelayMs = 2_000;

/** What the browser knows of it, sooner than a line that was cut off is found out. */
const isOffline = signal(!navigator.onLine);
for (const change of ['online', 'offline']) {
  addEventListener(change, () => {
    isOffline.value = !navigator.onLine;
  });
}

export function Banner({ controller }: { controller: RoomController }) {
  const phase = controller.phase.value.name;
  const queuedCount = useRoomState(controller, ({ outgoing }) => outgoing.filter(({ failure }) => !failure).length);
  const isDown = isOffline.value || phase !== 'live';
  const isLate = useSignal(false);

  useEffect(() => {
    isLate.value = false;
    if (!isDown) return;
    const timer = setTimeout(() => {
      isLate.value = true;
    }, bannerDelayMs);
    return () => clearTimeout(timer);
  }, [isDown, isLate]);

  const isShown = isLate.value && isDown;
  const { offline, reconnecting, notConnected, reconnectNow } = words.value;
  const connecting = phase === 'reconnecting' ? reconnecting : notConnected;
  const classes = isOffline.value ? 'banner is-offline' : 'banner';
  return (
    <div class={isShown ? classes : 'banner is-empty'}>
      {isShown && <Icon name={isOffline.value ? 'offline' : 'reconnect'} />}
      <output>{isShown && (isOffline.value ? offline(queuedCount) : connecting)}</output>
      {isShown && (
        <button type="button" class="button is-quiet is-small" onClick={() => controller.reconnectNow()}>
          {reconnectNow}
        </button>
      )}
    </div>
  );
}
