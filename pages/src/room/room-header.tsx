/** The header of a room: link to the lobby, title and description, search, participant count, sharing and the menu. */
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

interface RoomHeaderProps {
  view: RoomViewState;
  /** What the participant count opens. */
  peopleDisplay: 'panel' | 'sheet';
  peopleAreOpen: boolean;
  onTogglePeople: () => void;
  /** URL of the lobby; undefined in the widget, which has no link to it. */
  backHref: string | undefined;
}

export function RoomHeader({ view, peopleDisplay, peopleAreOpen, onTogglePeople, backHref }: RoomHeaderProps) {
  const { controller } = view;
  const room = useRoomState(controller, (state) => state.room);
  const count = useRoomState(controller, (state) => state.participantCount);
  const { backToRooms, searchRoom, peopleCount } = words.value;
  return (
    <header class="room-header">
      {backHref !== undefined && (
        <a class="button is-icon room-back" href={backHref} aria-label={backToRooms} title={backToRooms}>
          <Icon name="back" />
        </a>
      )}
      <div class="room-name">
        <h1 class="title">
          <bdi>{room?.title ?? controller.link}</bdi>
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
        onPress={() => view.openOverlay({ name: 'search' })}
      />
      {room && (
        <button
          type="button"
          class="button is-quiet is-small room-count"
          aria-expanded={peopleAreOpen}
          aria-haspopup={peopleDisplay === 'sheet' ? 'dialog' : undefined}
          data-count={count}
          onClick={onTogglePeople}
        >
          <Icon name="people" small />
          <span>{peopleCount(count)}</span>
        </button>
      )}
      <HeaderActions view={view} />
    </header>
  );
}

function HeaderActions({ view }: { view: RoomViewState }) {
  const { share, roomMenu } = words.value;
  return (
    <div class="room-actions">
      <button
        type="button"
        class="button is-small room-share"
        aria-haspopup="dialog"
        onClick={() => view.openOverlay({ name: 'share' })}
      >
        <Icon name="share" small />
        <span>{share}</span>
      </button>
      <IconButton icon="more" label={roomMenu} opens onPress={(anchor) => view.openOverlay({ name: 'menu', anchor })} />
    </div>
  );
}
