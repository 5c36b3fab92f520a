/** In the place of the composer: why one may not write at present, and until when. */
import { useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { momentOf } from '../times.ts';
import { useHandedFocus } from './handed-focus.ts';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

interface SilenceProps {
  view: RoomView;
  reason: 'viewer' | 'muted' | 'locked';
}

export function Silence({ view: { session, writing }, reason }: SilenceProps) {
  const notice = useRef<HTMLParagraphElement>(null);
  useHandedFocus(writing, notice);
  const until = useRoom(session, ({ self }) => self?.mutedUntil ?? 0);
  const { onlyReading, roomIsLocked, muted, mutedUntil } = words.value;
  const isEndless = until >= Number.MAX_SAFE_INTEGER;
  const texts = { viewer: onlyReading, locked: roomIsLocked, muted: isEndless ? muted : mutedUntil(momentOf(until)) };
  return (
    <p ref={notice} class="silence" role="status" tabIndex={-1}>
      <Icon name={reason === 'muted' ? 'mute' : 'lock'} small />
      {texts[reason]}
    </p>
  );
}
