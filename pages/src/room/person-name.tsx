/** A name with role and short id, to distinguish participants with the same name. */
import { type Participant, type RoleName, shortId } from '../../../client/index.ts';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

export function RoleBadge({ role }: { role: RoleName }) {
  const text = words.value.roles[role];
  if (!text) return null;
  const isAdmin = role === 'admin' || role === 'operator';
  return <span class={isAdmin ? 'badge is-admin' : 'badge'}>{text}</span>;
}

export function ShortId({ id }: { id: string }) {
  return <code class="short-id">{shortId(id)}</code>;
}

export function PersonName({ person }: { person: Participant }) {
  return (
    <>
      <b>
        <bdi>{person.name}</bdi>
      </b>
      <RoleBadge role={person.role} />
      <ShortId id={person.id} />
    </>
  );
}

/** Like `PersonName`, but the name opens the menu of the person. */
export function PersonButton({ view, person }: { view: RoomViewState; person: Participant }) {
  return (
    <>
      <button
        type="button"
        class="author-name"
        tabIndex={-1}
        aria-haspopup="dialog"
        onClick={(event) => view.openOverlay({ name: 'person', person, anchor: event.currentTarget })}
      >
        <bdi>{person.name}</bdi>
      </button>
      <RoleBadge role={person.role} />
      <ShortId id={person.id} />
    </>
  );
}
