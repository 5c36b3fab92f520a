/** Who calls by REST: each kind of caller is found out in one way, and let near the room or refused. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { Message } from '../../shared/message.ts';
import type { Details } from './details.ts';
import type { Credentials, Shown } from './identity.ts';
import type { Appended } from './messages.ts';
import type { Poster } from './posting.ts';
import { seenBy } from './reading.ts';
import type { Room } from './room.ts';
import { isModerator } from './rules.ts';

/** Who calls, and from where. */
export interface Caller extends Credentials {
  address: string;
}

/** Anyone, where there is a room: `room_not_found` (404). */
export function inRoom<T>(room: Room, work: (details: Details) => Outcome<T>): Outcome<T> {
  const details = room.find();
  return details ? work(details) : fail('room_not_found');
}

/** Whoever has the rights of the room's admin: `not_admin` (403), `too_many_guesses` (429). */
export function asAdmin(room: Room, token: string, address: string): Outcome<Details> {
  return inRoom(room, (details) => {
    const admitted = room.identities.admit(details, token, room.placeOf(details, address));
    return admitted.ok ? done(details) : admitted;
  });
}

/** Whoever has shown credentials, once they were checked; the room may be gone by the time that is done. */
export async function withShown<T>(
  room: Room,
  credentials: Credentials,
  work: (details: Details, shown: Shown) => Outcome<T>,
): Promise<Outcome<T>> {
  if (!room.find()) return fail('room_not_found');
  const shown = await room.identities.check(credentials);
  return shown.ok ? inRoom(room, (details) => work(details, shown.value)) : shown;
}

/** Anyone, once it is found out who they are. */
export function asPerson<T>(
  room: Room,
  { address, ...credentials }: Caller,
  work: (details: Details, poster: Poster) => Outcome<T>,
): Promise<Outcome<T>> {
  return withShown(room, credentials, (details, shown) => {
    const place = room.placeOf(details, address);
    const identity = room.identities.identify(details, shown, place);
    return identity.ok ? work(details, { ...identity.value, address: place }) : identity;
  });
}

/** A moderator by their own token, or the admin by that of the room: `not_moderator` (403) for everyone else. */
export function asModerator<T>(room: Room, caller: Caller, work: () => Outcome<T>): Promise<Outcome<T>> {
  return asPerson(room, caller, (details, { role }) => {
    if (isModerator(role)) return work();
    const { token, address } = caller;
    if (token === undefined) return fail('not_moderator');
    const admitted = room.identities.admit(details, token, room.placeOf(details, address));
    if (admitted.ok) return work();
    return admitted.failure.code === 'not_admin' ? fail('not_moderator') : admitted;
  });
}

/** As `asPerson`, for a change of a message: it is answered with the message as its changer sees it. */
export function changing(
  room: Room,
  caller: Caller,
  work: (details: Details, poster: Poster) => Outcome<Appended>,
): Promise<Outcome<Message>> {
  return asPerson(room, caller, (details, poster) => {
    const changed = work(details, poster);
    if (!changed.ok) return changed;
    const [seen = changed.value.message] = seenBy(room, poster.participant, [changed.value.message]);
    return done(seen);
  });
}
