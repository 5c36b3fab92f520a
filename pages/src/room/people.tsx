/** Who is here: beside the log where there is room, else in a sheet from below. */
import { useComputed } from '@preact/signals';
import type { Participant } from '../../../client/index.ts';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { RoleBadge, ShortId } from './person-name.tsx';
import type { RoomSession } from './session.ts';
import { Tile } from './tile.tsx';
import { words } from './words.ts';

interface PeopleProps {
  session: RoomSession;
  onClose: () => void;
}

export function PeoplePanel(props: PeopleProps) {
  return (
    <aside class="people" aria-labelledby="people">
      <People {...props} />
    </aside>
  );
}

export function PeopleSheet(props: PeopleProps) {
  return (
    <Dialog class="sheet" labelledBy="people" onClose={props.onClose}>
      <People {...props} />
    </Dialog>
  );
}

const isInCharge = ({ role }: Participant) => role === 'moderator' || role === 'admin' || role === 'operator';

function People({ session, onClose }: PeopleProps) {
  const people = useComputed(() => session.state.value.participants).value;
  const count = useComputed(() => session.state.value.participantCount).value;
  const selfId = useComputed(() => session.state.value.self?.id).value;
  const isKnown = useComputed(() => session.state.value.room !== null).value;
  const { people: heading, peopleNow, close, inCharge, talking, others } = words.value;
  const unnamed = count - people.length;
  return (
    <>
      <div class="people-head">
        <h2 id="people">{isKnown ? peopleNow(count) : heading}</h2>
        <button type="button" class="button is-icon" aria-label={close} title={close} onClick={onClose}>
          <Icon name="close" small />
        </button>
      </div>
      <PeopleGroup heading={inCharge} people={people.filter(isInCharge)} selfId={selfId} />
      <PeopleGroup heading={talking} people={people.filter((person) => !isInCharge(person))} selfId={selfId} />
      {unnamed > 0 && <p class="people-others">{others(unnamed)}</p>}
    </>
  );
}

interface PeopleGroupProps {
  heading: string;
  people: Participant[];
  selfId: string | undefined;
}

function PeopleGroup({ heading, people, selfId }: PeopleGroupProps) {
  if (people.length === 0) return null;
  return (
    <>
      <h3>{heading}</h3>
      <ul>
        {people.map((person) => (
          <Person key={person.id} person={person} isSelf={person.id === selfId} />
        ))}
      </ul>
    </>
  );
}

function Person({ person, isSelf }: { person: Participant; isSelf: boolean }) {
  return (
    <li class="person" data-participant-id={person.id}>
      <Tile id={person.id} name={person.name} small />
      <div class="person-words">
        <p class="person-name">
          <bdi>{person.name}</bdi>
          <RoleBadge role={person.role} />
          {isSelf && <span class="badge is-plain">{words.value.you}</span>}
        </p>
        <ShortId id={person.id} />
      </div>
    </li>
  );
}
