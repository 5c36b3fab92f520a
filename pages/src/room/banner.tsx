/** Shows that the connection is lost, after a short delay, and that unsent messages are kept. */
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { RoomController } from './room-controller.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

/** Milliseconds without a connection before the banner is shown. */
const bannerDelayMs = 2_000;

/** From the browser, which detects being offline sooner than the connection times out. */
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
  const isDelayOver = useSignal(false);

  useEffect(() => {
    isDelayOver.value = false;
    if (!isDown) return;
    const timer = setTimeout(() => {
      isDelayOver.value = true;
    }, bannerDelayMs);
    return () => clearTimeout(timer);
  }, [isDown, isDelayOver]);

  const isShown = isDelayOver.value && isDown;
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
