/** Who is in the room with a client: who is here, who types, and how far each has read. */
import type { ServerPresenceFrame, ServerTypingFrame } from '../shared/frames.ts';
import { clientLimits as limits } from '../shared/limits.ts';
import type { ReadMarker } from '../shared/message.ts';
import type { Participant, RoleName } from '../shared/participant.ts';

/** Somebody who types. */
export interface Typist {
  participant: Participant;
  /** When it is over if nothing more is heard of it, in milliseconds by this device's clock. */
  until: number;
}

/** What of a room's state is about people. */
export interface Company {
  /** Who the room takes this client for; null for a viewer. */
  self: Participant | null;
  role: RoleName;
  /** At most a hundred of those with an identity; `participantCount` counts everyone. */
  participants: Participant[];
  participantCount: number;
  /** Who types, but oneself. */
  typing: readonly Typist[];
  /** The last message that each has read; empty in a crowd. */
  marks: Readonly<Record<string, number>>;
}

/** After somebody came, left, or is shown otherwise. */
export function withPresence<T extends Company>(company: T, frame: ServerPresenceFrame): T {
  const { participantCount, joined = [], left = [] } = frame;
  const gone = new Set(left.map(({ id }) => id));
  return {
    ...company,
    ...selfIn(company, joined),
    participantCount,
    participants: attend(company.participants, joined, gone),
    typing: company.typing.filter(({ participant }) => !gone.has(participant.id)),
  };
}

/** After somebody began to type, goes on with it, or ended. */
export function withTyping<T extends Company>(company: T, { participant, on }: ServerTypingFrame, at: number): T {
  const others = company.typing.filter((typist) => typist.participant.id !== participant.id);
  if (!on || participant.id === company.self?.id) {
    return others.length === company.typing.length ? company : { ...company, typing: others };
  }
  return { ...company, typing: [...others, { participant, until: at + limits.typingMs }] };
}

/** Without those of whom nothing was heard for so long that they no longer type. */
export function withoutIdleTypists<T extends Company>(company: T, at: number): T {
  const typing = company.typing.filter(({ until }) => until > at);
  return typing.length === company.typing.length ? company : { ...company, typing };
}

/** Everyone's marks by person. */
export function marksOf(marks: readonly ReadMarker[]): Company['marks'] {
  return Object.fromEntries(marks.map(({ id, messageId }) => [id, messageId]));
}

/** What the room can make of somebody, or take back; more comes with a token only. */
const standings: readonly RoleName[] = ['member', 'moderator'];

/** Who this client is, where it was given another standing meanwhile. Another of its connections may show more. */
function selfIn({ self, role }: Company, joined: readonly Participant[]): Pick<Company, 'self' | 'role'> {
  const shown = joined.find(({ id }) => id === self?.id);
  if (!self || !shown || !standings.includes(role)) return { self, role };
  const { mutedUntil: _, ...rest } = self;
  const now = standings.includes(shown.role) ? shown.role : role;
  const { mutedUntil } = shown;
  return { self: { ...rest, role: now, ...(mutedUntil !== undefined && { mutedUntil }) }, role: now };
}

function attend(people: Participant[], joined: Participant[], gone: ReadonlySet<string>): Participant[] {
  if (joined.length + gone.size === 0) return people;
  const byId = new Map(people.map((person) => [person.id, person]));
  for (const person of joined) byId.set(person.id, person);
  for (const id of gone) byId.delete(id);
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
