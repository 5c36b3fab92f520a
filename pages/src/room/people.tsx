/** The participants, as a panel beside the log or as the content of the sheet. */
import type { Participant } from '../../../client/index.ts';
import { IconButton } from '../icon-button.tsx';
import { Avatar } from './avatar.tsx';
import { RoleBadge, ShortId } from './person-name.tsx';
import { isModeratorOrHigher } from './roles.ts';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

interface PeopleProps {
  view: RoomViewState;
  onClose: () => void;
}

export function PeoplePanel(props: PeopleProps) {
  return (
    <aside class="people" aria-labelledby="people">
      <People {...props} />
    </aside>
  );
}

export function People({ view, onClose }: PeopleProps) {
  const { controller } = view;
  const people = useRoomState(controller, (state) => state.participants);
  const count = useRoomState(controller, (state) => state.participantCount);
  const isKnown = useRoomState(controller, ({ room }) => room !== null);
  const { people: heading, peopleHeading, close, moderatorsHeading, membersHeading, otherPeopleCount } = words.value;
  const unlistedCount = count - people.length;
  return (
    <>
      <div class="sheet-header">
        <h2 id="people">{isKnown ? peopleHeading(count) : heading}</h2>
        <IconButton icon="close" label={close} onPress={onClose} />
      </div>
      <PeopleGroup view={view} heading={moderatorsHeading} people={people.filter(isModeratorOrHigher)} />
      <PeopleGroup
        view={view}
        heading={membersHeading}
        people={people.filter((person) => !isModeratorOrHigher(person))}
      />
      {unlistedCount > 0 && <p class="people-more">{otherPeopleCount(unlistedCount)}</p>}
    </>
  );
}

interface PeopleGroupProps {
  view: RoomViewState;
  heading: string;
  people: Participant[];
}

function PeopleGroup({ view, heading, people }: PeopleGroupProps) {
  if (people.length === 0) return null;
  return (
    <>
      <h3>{heading}</h3>
      <ul>
        {people.map((person) => (
          <Person key={person.id} view={view} person={person} />
        ))}
      </ul>
    </>
  );
}

function Person({ view, person }: { view: RoomViewState; person: Participant }) {
  const { controller } = view;
  const isTyping = useRoomState(controller, ({ typing }) =>
    typing.some(({ participant }) => participant.id === person.id),
  );
  const { you, typingBadge, mutedBadge, hiddenBadge, actionsFor } = words.value;
  const isSelf = person.id === controller.selfId.value;
  const isMuted = (person.mutedUntil ?? 0) > Date.now();
  return (
    <li class="person" data-participant-id={person.id}>
      <Avatar id={person.id} name={person.name} small />
      <div class="person-body">
        <p class="person-name">
          <bdi>{person.name}</bdi>
          <RoleBadge role={person.role} />
          {isSelf && <span class="badge is-plain">{you}</span>}
        </p>
        <p class="person-meta">
          <ShortId id={person.id} />
          {isTyping && <span>{typingBadge}</span>}
          {isMuted && <span>{mutedBadge}</span>}
          {view.hiddenIds.value.has(person.id) && <span>{hiddenBadge}</span>}
        </p>
      </div>
      <IconButton
        icon="more"
        label={actionsFor(person.name)}
        small
        opens
        onPress={(anchor) => view.openOverlay({ name: 'person', person, anchor })}
      />
    </li>
  );
}
