/** The room's head: the way back, what the room is, how many are here, search, sharing, the menu. */
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

interface RoomHeaderProps {
  view: RoomView;
  /** As what the count opens those who are here. */
  people: 'panel' | 'sheet';
  peopleAreOpen: boolean;
  onPeople: () => void;
  /** Where the way back leads; none where the room stands in a page of somebody else's. */
  back: string | undefined;
}

export function RoomHeader({ view, people, peopleAreOpen, onPeople, back }: RoomHeaderProps) {
  const { session } = view;
  const room = useRoom(session, (state) => state.room);
  const count = useRoom(session, (state) => state.participantCount);
  const { toRooms, searchRoom, peopleCount } = words.value;
  return (
    <header class="room-head">
      {back !== undefined && (
        <a class="button is-icon room-back" href={back} aria-label={toRooms} title={toRooms}>
          <Icon name="back" />
        </a>
      )}
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
      <IconButton
        icon="search"
        label={searchRoom}
        class="room-search"
        opens
        onPress={() => view.open({ name: 'search' })}
      />
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
      <Tools view={view} />
    </header>
  );
}

function Tools({ view }: { view: RoomView }) {
  const { share, roomMenu } = words.value;
  return (
    <div class="room-tools">
      <button
        type="button"
        class="button is-small room-share"
        aria-haspopup="dialog"
        onClick={() => view.open({ name: 'share' })}
      >
        <Icon name="share" small />
        <span>{share}</span>
      </button>
      <IconButton icon="more" label={roomMenu} opens onPress={(at) => view.open({ name: 'menu', at })} />
    </div>
  );
}
