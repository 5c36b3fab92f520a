/** The room's head: the way back, what the room is, how many are here, sharing. */
import { useComputed } from '@preact/signals';
import { CopyButton } from '../copy-button.tsx';
import { Icon } from '../icon.tsx';
import { LanguageSwitch } from '../language-switch.tsx';
import { roomAddress } from '../service.ts';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

interface RoomHeaderProps {
  session: RoomSession;
  /** As what the count opens those who are here. */
  people: 'panel' | 'sheet';
  peopleAreOpen: boolean;
  onPeople: () => void;
}

export function RoomHeader({ session, people, peopleAreOpen, onPeople }: RoomHeaderProps) {
  const room = useComputed(() => session.state.value.room).value;
  const count = useComputed(() => session.state.value.participantCount).value;
  const { toRooms, peopleCount, share, linkCopied } = words.value;
  return (
    <header class="room-head">
      <a class="button is-icon room-back" href="/" aria-label={toRooms} title={toRooms}>
        <Icon name="back" />
      </a>
      <div class="room-name">
        <h1 class="title">
          <bdi>{room?.title ?? session.link}</bdi>
        </h1>
        {room?.about && (
          <p class="room-about" dir="auto">
            {room.about}
          </p>
        )}
      </div>
      {room && (
        <button
          type="button"
          class="button is-quiet is-small room-count"
          aria-expanded={peopleAreOpen}
          aria-haspopup={people === 'sheet' ? 'dialog' : undefined}
          data-count={count}
          onClick={onPeople}
        >
          <Icon name="people" small />
          <span>{peopleCount(count)}</span>
        </button>
      )}
      <div class="room-tools">
        <CopyButton
          text={roomAddress(session.link)}
          label={share}
          done={linkCopied}
          icon="share"
          class="is-small room-share"
        />
        <LanguageSwitch />
      </div>
    </header>
  );
}
