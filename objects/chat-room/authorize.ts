/**
 * Authorizes the callers of RPC methods. Every function checks that the room exists and, if it is private,
 * that the caller may enter: `room_not_found` (404), `importing` (503), and the failures of `Authenticator.checkAccess`.
 */
import { fail, ok, type Result } from '../../shared/failures.ts';
import type { Message } from '../../shared/message.ts';
import type { Actor, AdminCaller, Caller, ReadCaller } from './access/actor.ts';
import { isModerator } from './access/permissions.ts';
import { viewOf } from './actions/view-messages.ts';
import type { Room } from './room.ts';
import type { Details } from './state/details.ts';
import type { AppendResult } from './state/message-log.ts';

/** Lets a caller read the room without identifying itself. */
export function checkAccess(room: Room, caller: Caller): Result<Details> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const access = room.authenticator.checkAccess(details, caller, room.addressDigest(details, caller.address));
  return access.ok ? ok(details) : access;
}

/** @returns also `no_credential` (401) without a token, `not_admin` (403), `too_many_guesses` (429) */
export function requireAdmin(room: Room, { token, address }: AdminCaller): Result<Details> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  if (token === undefined) return fail('no_credential');
  const allowed = room.authenticator.requireAdmin(details, token, room.addressDigest(details, address));
  return allowed.ok ? ok(details) : allowed;
}

/** Runs `work` for a documented read. The admin needs no join key, and may send the token in the URL. */
export async function withReader<T>(
  room: Room,
  caller: ReadCaller,
  work: (isAdmin: boolean) => Result<T>,
): Promise<Result<T>> {
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const isAdmin = await room.authenticator.isAdminReader(details, caller, room.addressDigest(details, caller.address));
  if (!isAdmin.ok) return isAdmin;
  if (isAdmin.value) return work(true);
  // The tokens of a read grant no access to a private room; only its join key does.
  const { address, joinKey } = caller;
  const access = checkAccess(room, { address, joinKey });
  return access.ok ? work(false) : access;
}

/**
 * Runs `work` as the caller's identity, in the same turn as the last check.
 * @returns also the failures of an invalid JWT (401, 501), and those of `Authenticator.identify`
 */
export async function withActor<T>(
  room: Room,
  caller: Caller,
  work: (details: Details, actor: Actor) => Result<T>,
): Promise<Result<T>> {
  const before = room.details();
  if (!before) return room.notFoundOrImporting();
  const address = room.addressDigest(before, caller.address);
  const entered = room.authenticator.checkAccess(before, caller, address);
  if (!entered.ok) return entered;
  const verified = await room.authenticator.verify(caller);
  if (!verified.ok) return verified;
  // While the signature was verified, the room may have been deleted or made private.
  const details = room.details();
  if (!details) return room.notFoundOrImporting();
  const access = room.authenticator.checkAccess(details, caller, address);
  if (!access.ok) return access;
  const identity = room.authenticator.identify(details, { ...verified.value, ...access.value }, address);
  return identity.ok ? work(details, { ...identity.value, address }) : identity;
}

/** Runs `work` for a moderator, or for the admin by the room's token: `not_moderator` (403) for all others. */
export async function withModerator<T>(room: Room, caller: Caller, work: () => Result<T>): Promise<Result<T>> {
  const asModerator = await withActor(room, caller, (_, { role }) =>
    isModerator(role) ? work() : fail('not_moderator'),
  );
  // As a participant, the holder of the admin token is new to the room, so an address ban may refuse them.
  const mayBeAdmin = !asModerator.ok && ['not_moderator', 'banned'].includes(asModerator.failure.code);
  if (!mayBeAdmin) return asModerator;
  const admin = requireAdmin(room, { token: caller.token, address: caller.address });
  if (admin.ok) return work();
  return admin.failure.code === 'not_admin' ? asModerator : admin;
}

/** As `withActor`, for a change of a message: returns the message as the actor sees it. */
export function withMessageChange(
  room: Room,
  caller: Caller,
  work: (details: Details, actor: Actor) => Result<AppendResult>,
): Promise<Result<Message>> {
  return withActor(room, caller, (details, actor) => {
    const changed = work(details, actor);
    return changed.ok ? ok(viewOf(room, actor.participant, changed.value.message)) : changed;
  });
}
