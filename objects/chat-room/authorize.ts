/** Who calls by REST: each kind of caller is found out in one way, and let near the room or refused. */
import { fail, ok, type Result } from '../../shared/failures.ts';
import type { Message } from '../../shared/message.ts';
import type { ReadCredentials } from '../credentials/read-credentials.ts';
import type { Access, AccessAttempt, Credentials, VerifiedCredentials } from './access/authenticator.ts';
import { isModerator } from './access/permissions.ts';
import type { Actor } from './actions/post-message.ts';
import { viewFor } from './actions/view-messages.ts';
import type { Room } from './room.ts';
import type { Details } from './state/details.ts';
import type { AppendResult } from './state/message-log.ts';

/** Where a call comes from, and what it shows at the door; required, so that no call forgets to pass it on. */
interface CallOrigin {
  address: string;
  joinKey: string | undefined;
}

/** Somebody at the door. */
export type AnonymousCaller = CallOrigin & AccessAttempt;

/** Who calls, and from where. */
export type Caller = CallOrigin & Credentials;

/** Anyone who may come in, where there is a room: `room_not_found` (404), and as `IdentityDesk.letIn` refuses. */
export function checkAccess<T>(
  room: Room,
  caller: AnonymousCaller,
  work: (details: Details, access: Access) => Result<T>,
): Result<T> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const access = room.authenticator.checkAccess(details, caller, room.addressDigest(details, caller.address));
  return access.ok ? work(details, access.value) : access;
}

/** Whoever has the rights of the room's admin: `not_admin` (403), `too_many_guesses` (429). */
export function requireAdminToken(room: Room, token: string, address: string): Result<Details> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const allowed = room.authenticator.requireAdmin(details, token, room.addressDigest(details, address));
  return allowed.ok ? ok(details) : allowed;
}

/** As `asAdmin`, where the token may be lacking: `no_credential` (401). */
export function requireAdmin(room: Room, token: string | undefined, address: string): Result<Details> {
  if (token !== undefined) return requireAdminToken(room, token, address);
  return room.details() ? fail('no_credential') : room.notFoundOrImporting();
}

/** Whoever reads what the room is; the admin, as a token of theirs says that may stand in a URL, needs no key. */
export async function withReader<T>(
  room: Room,
  credentials: ReadCredentials,
  { address, joinKey }: CallOrigin,
  work: (isAdmin: boolean) => Result<T>,
): Promise<Result<T>> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const isAdmin = await room.authenticator.isAdminReader(details, credentials, room.addressDigest(details, address));
  if (!isAdmin.ok) return isAdmin;
  return isAdmin.value ? work(true) : checkAccess(room, { address, joinKey }, () => work(false));
}

/** Whoever has shown credentials, once they were checked; by then the room may be gone, or private. */
export async function withCredentials<T>(
  room: Room,
  caller: Caller,
  work: (details: Details, verified: VerifiedCredentials) => Result<T>,
): Promise<Result<T>> {
  const allowed = checkAccess(room, caller, () => ok(undefined));
  if (!allowed.ok) return allowed;
  const verified = await room.authenticator.verify(caller);
  if (!verified.ok) return verified;
  return checkAccess(room, caller, (details, access) => work(details, { ...verified.value, ...access }));
}

/** Anyone, once it is found out who they are. */
export function withActor<T>(
  room: Room,
  caller: Caller,
  work: (details: Details, actor: Actor) => Result<T>,
): Promise<Result<T>> {
  return withCredentials(room, caller, (details, credentials) => {
    const addressDigest = room.addressDigest(details, caller.address);
    const identity = room.authenticator.identify(details, credentials, addressDigest);
    return identity.ok ? work(details, { ...identity.value, address: addressDigest }) : identity;
  });
}

/** A moderator by their own token, or the admin by that of the room: `not_moderator` (403) for everyone else. */
export async function withModerator<T>(room: Room, caller: Caller, work: () => Result<T>): Promise<Result<T>> {
  const { token, address } = caller;
  const byOwnToken = await withActor(room, caller, (_, { role }) =>
    isModerator(role) ? work() : fail('not_moderator'),
  );
  // To the room an admin's token is somebody new, who may come from where nobody new is let in.
  const mayBeAdmin = !byOwnToken.ok && ['not_moderator', 'banned'].includes(byOwnToken.failure.code);
  if (!mayBeAdmin) return byOwnToken;
  if (token === undefined) return fail('no_credential');
  const byAdminToken = requireAdminToken(room, token, address);
  if (byAdminToken.ok) return work();
  return byAdminToken.failure.code === 'not_admin' ? byOwnToken : byAdminToken;
}

/** As `asPerson`, for a change of a message: it is answered with the message as its changer sees it. */
export function withMessageChange(
  room: Room,
  caller: Caller,
  work: (details: Details, actor: Actor) => Result<AppendResult>,
): Promise<Result<Message>> {
  return withActor(room, caller, (details, actor) => {
    const changed = work(details, actor);
    if (!changed.ok) return changed;
    const [view = changed.value.message] = viewFor(room, actor.participant, [changed.value.message]);
    return ok(view);
  });
}
