/** Replaces the composer for users who cannot post right now: the reason, and until when. */
import { useRef } from 'preact/hooks';
import { shortDateTime } from '../date-format.ts';
import { Icon } from '../icon.tsx';
import { useFocusHandover } from './focus-handover.ts';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

interface ComposerDisabledProps {
  view: RoomViewState;
  reason: 'viewer' | 'muted' | 'locked';
}

export function ComposerDisabled({ view: { controller, composeState }, reason }: ComposerDisabledProps) {
  const notice = useRef<HTMLParagraphElement>(null);
  useFocusHandover(composeState, notice);
  const until = useRoomState(controller, ({ self }) => self?.mutedUntil ?? 0);
  const { readOnlyNotice, lockedNotice, mutedNotice, mutedUntilNotice } = words.value;
  const isPermanent = until >= Number.MAX_SAFE_INTEGER;
  const texts = {
    viewer: readOnlyNotice,
    locked: lockedNotice,
    muted: isPermanent ? mutedNotice : mutedUntilNotice(shortDateTime(until)),
  };
  return (
    <p ref={notice} class="composer-disabled" role="status" tabIndex={-1}>
      <Icon name={reason === 'muted' ? 'mute' : 'lock'} small />
      {texts[reason]}
    </p>
  );
}
