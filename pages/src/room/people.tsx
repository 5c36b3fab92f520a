/** Who is here, beside the log where there is room. */
import type { Participant } from '../../../client/index.ts';
import { IconButton } from '../icon-button.tsx';
import { RoleBadge, ShortId } from './person-name.tsx';
import { isInCharge } from './session.ts';
import { Tile } from './tile.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

interface PeopleProps {
  view: RoomView;
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
  const { session } = view;
  const people = useRoom(session, (state) => state.participants);
  const count = useRoom(session, (state) => state.participantCount);
  const isKnown = useRoom(session, ({ room }) => room !== null);
  const { people: heading, peopleNow, close, inCharge, talking, others } = words.value;
  const unnamed = count - people.length;
  return (
    <>
      <div class="sheet-head">
        <h2 id="people">{isKnown ? peopleNow(count) : heading}</h2>
        <IconButton icon="close" label={close} onPress={onClose} />
      </div>
      <PeopleGroup view={view} heading={inCharge} people={people.filter(isInCharge)} />
      <PeopleGroup view={view} heading={talking} people={people.filter((person) => !isInCharge(person))} />
      {unnamed > 0 && <p class="people-others">{others(unnamed)}</p>}
    </>
  );
}

interface PeopleGroupProps {
  view: RoomView;
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

function Person({ view, person }: { view: RoomView; person: Participant }) {
  const { session } = view;
  const isTyping = useRoom(session, ({ typing }) => typing.some(({ participant }) => participant.id === person.id));
  const { you, typingNow, mutedNow, hiddenNow, actsFor } = words.value;
  const isSelf = person.id === session.selfId.value;
  const isMuted = (person.mutedUntil ?? 0) > Date.now();
  return (
    <li class="person" data-participant-id={person.id}>
      <Tile id={person.id} name={person.name} small />
      <div class="person-words">
        <p class="person-name">
          <bdi>{person.name}</bdi>
          <RoleBadge role={person.role} />
          {isSelf && <span class="badge is-plain">{you}</span>}
        </p>
        <p class="person-facts">
          <ShortId id={person.id} />
          {isTyping && <span>{typingNow}</span>}
          {isMuted && <span>{mutedNow}</span>}
          {view.hidden.value.has(person.id) && <span>{hiddenNow}</span>}
        </p>
      </div>
      <IconButton
        icon="more"
        label={actsFor(person.name)}
        small
        opens
        onPress={(at) => view.open({ name: 'person', person, at })}
      />
    </li>
  );
}
