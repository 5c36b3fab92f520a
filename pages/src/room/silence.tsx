/** In the place of the composer: why one may not write at present, and until when. */
import { Icon } from '../icon.tsx';
import { momentOf } from '../times.ts';
import type { RoomSession } from './session.ts';
import { useRoom } from './use-room.ts';
import { words } from './words.ts';

interface SilenceProps {
  session: RoomSession;
  reason: 'viewer' | 'muted' | 'locked';
}

export function Silence({ session, reason }: SilenceProps) {
  const until = useRoom(session, ({ self }) => self?.mutedUntil ?? 0);
  const { onlyReading, roomIsLocked, muted, mutedUntil } = words.value;
  const isEndless = until >= Number.MAX_SAFE_INTEGER;
  const texts = { viewer: onlyReading, locked: roomIsLocked, muted: isEndless ? muted : mutedUntil(momentOf(until)) };
  return (
    <p class="silence" role="status">
      <Icon name={reason === 'muted' ? 'mute' : 'lock'} small />
      {texts[reason]}
    </p>
  );
}
