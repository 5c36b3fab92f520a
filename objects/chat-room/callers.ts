/** Who calls by REST: each kind of caller is found out in one way, and let near the room or refused. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { Message } from '../../shared/message.ts';
import type { Reader } from '../credentials/reader.ts';
import type { Details } from './details.ts';
import type { Credentials, Entry, Knock, Shown } from './identity.ts';
import type { Appended } from './messages.ts';
import type { Poster } from './posting.ts';
import { seenBy } from './reading.ts';
import type { Room } from './room.ts';
import { isModerator } from './rules.ts';

/** Where a call comes from, and what it shows at the door; required, so that no call forgets to pass it on. */
interface AtDoor {
  address: string;
  joinKey: string | undefined;
}

/** Somebody at the door. */
export type Visitor = AtDoor & Knock;

/** Who calls, and from where. */
export type Caller = AtDoor & Credentials;

/** Anyone who may come in, where there is a room: `room_not_found` (404), and as `IdentityDesk.letIn` refuses. */
export function inRoom<T>(
  room: Room,
  visitor: Visitor,
  work: (details: Details, entry: Entry) => Outcome<T>,
): Outcome<T> {
  const details = room.find();
  if (!details) return room.absence();
  const entered = room.identities.letIn(details, visitor, room.placeOf(details, visitor.address));
  return entered.ok ? work(details, entered.value) : entered;
}

/** Whoever has the rights of the room's admin: `not_admin` (403), `too_many_guesses` (429). */
export function asAdmin(room: Room, token: string, address: string): Outcome<Details> {
  const details = room.find();
  if (!details) return room.absence();
  const admitted = room.identities.admit(details, token, room.placeOf(details, address));
  return admitted.ok ? done(details) : admitted;
}

/** As `asAdmin`, where the token may be lacking: `no_credential` (401). */
export function asAdminOf(room: Room, token: string | undefined, address: string): Outcome<Details> {
  if (token !== undefined) return asAdmin(room, token, address);
  return room.find() ? fail('no_credential') : room.absence();
}

/** Whoever reads what the room is; the admin, as a token of theirs says that may stand in a URL, needs no key. */
export async function asReader<T>(
  room: Room,
  reader: Reader,
  { address, joinKey }: AtDoor,
  work: (isAdmin: boolean) => Outcome<T>,
): Promise<Outcome<T>> {
  const details = room.find();
  if (!details) return room.absence();
  const isAdmin = await room.identities.recognise(details, reader, room.placeOf(details, address));
  if (!isAdmin.ok) return isAdmin;
  return isAdmin.value ? work(true) : inRoom(room, { address, joinKey }, () => work(false));
}

/** Whoever has shown credentials, once they were checked; by then the room may be gone, or private. */
export async function withShown<T>(
  room: Room,
  caller: Caller,
  work: (details: Details, shown: Shown) => Outcome<T>,
): Promise<Outcome<T>> {
  const entered = inRoom(room, caller, () => done(undefined));
  if (!entered.ok) return entered;
  const shown = await room.identities.check(caller);
  if (!shown.ok) return shown;
  return inRoom(room, caller, (details, entry) => work(details, { ...shown.value, ...entry }));
}

/** Anyone, once it is found out who they are. */
export function asPerson<T>(
  room: Room,
  caller: Caller,
  work: (details: Details, poster: Poster) => Outcome<T>,
): Promise<Outcome<T>> {
  return withShown(room, caller, (details, shown) => {
    const place = room.placeOf(details, caller.address);
    const identity = room.identities.identify(details, shown, place);
    return identity.ok ? work(details, { ...identity.value, address: place }) : identity;
  });
}

/** A moderator by their own token, or the admin by that of the room: `not_moderator` (403) for everyone else. */
export async function asModerator<T>(room: Room, caller: Caller, work: () => Outcome<T>): Promise<Outcome<T>> {
  const { token, address } = caller;
  const asOne = await asPerson(room, caller, (_, { role }) => (isModerator(role) ? work() : fail('not_moderator')));
  // To the room an admin's token is somebody new, who may come from where nobody new is let in.
  const mayBeAdmin = !asOne.ok && ['not_moderator', 'banned'].includes(asOne.failure.code);
  if (!mayBeAdmin) return asOne;
  if (token === undefined) return fail('no_credential');
  const admin = asAdmin(room, token, address);
  if (admin.ok) return work();
  return admin.failure.code === 'not_admin' ? asOne : admin;
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
