/** A person's name with role and short id, so that nobody passes for another by name alone. */
import { type Participant, type RoleName, shortId } from '../../../client/index.ts';
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
