/**
 * The table that maps each failure code to an HTTP status, a text, a close code and whether a retry can succeed.
 * Expected failures are returned as values (`Result`), because an error thrown over RPC loses its class.
 */

import * as closeCodes from './close-codes.ts';

interface FailureKind {
  /** HTTP status, also `statusCode` of the envelope and of an `error` frame. */
  readonly statusCode: number;
  readonly text: string;
  /** Close code for a socket; absent if the socket stays open. */
  readonly closeCode?: number;
  /** Whether the same request can succeed later. */
  readonly retry: boolean;
}

const failureTable = {
  invalid: { statusCode: 400, text: 'Invalid request', retry: false },
  bad_json: { statusCode: 400, text: 'Invalid JSON', retry: false },
  body_incomplete: { statusCode: 400, text: 'Incomplete request body', retry: true },
  bad_encoding: { statusCode: 400, text: 'Invalid encoding: must be UTF-8', retry: false },
  import_incomplete: { statusCode: 400, text: 'Import incomplete', retry: true },
  binary_frame: {
    statusCode: 400,
    text: 'Frames must be JSON text',
    closeCode: closeCodes.badFrames,
    retry: false,
  },
  too_many_bad_frames: {
    statusCode: 400,
    text: 'Too many bad frames',
    closeCode: closeCodes.badFrames,
    retry: false,
  },
  auth_first: { statusCode: 401, text: 'Unauthorized: Send an auth frame first', retry: false },
  token_required: { statusCode: 401, text: 'Unauthorized: A token is required', retry: false },
  no_credential: { statusCode: 401, text: 'Unauthorized: A credential is required', retry: false },
  signed_token_invalid: {
    statusCode: 401,
    text: 'Unauthorized: Invalid signed token',
    closeCode: closeCodes.credential,
    retry: false,
  },
  signed_token_expired: {
    statusCode: 401,
    text: 'Unauthorized: The signed token has expired',
    closeCode: closeCodes.credential,
    retry: false,
  },
  /** The token expired on an open connection. The socket stays open for a new `auth`. */
  identity_expired: {
    statusCode: 401,
    text: 'Unauthorized: The signed token has expired, send a new auth frame',
    retry: false,
  },
  other_person: {
    statusCode: 401,
    text: 'Unauthorized: This socket belongs to another person',
    closeCode: closeCodes.credential,
    retry: false,
  },
  not_operator: { statusCode: 403, text: 'Forbidden: Invalid operator token', retry: false },
  not_yours: { statusCode: 403, text: 'Forbidden: Not your sessions', retry: false },
  not_admin: {
    statusCode: 403,
    text: 'Forbidden: Invalid admin token',
    closeCode: closeCodes.credential,
    retry: false,
  },
  banned: { statusCode: 403, text: 'Banned', closeCode: closeCodes.forbidden, retry: false },
  kicked: { statusCode: 403, text: 'Kicked', closeCode: closeCodes.forbidden, retry: false },
  muted: { statusCode: 403, text: 'Muted', retry: true },
  locked: { statusCode: 403, text: 'Locked: Only moderators can post right now', retry: true },
  not_moderator: { statusCode: 403, text: 'Forbidden: Only moderators may do this', retry: false },
  not_admin_role: { statusCode: 403, text: 'Forbidden: Only the admin of the room may do this', retry: false },
  outranked: { statusCode: 403, text: 'Forbidden: Their role is equal to or higher than yours', retry: false },
  not_author: { statusCode: 403, text: 'Forbidden: Not your message', retry: false },
  private_room: {
    statusCode: 403,
    text: 'Forbidden: This room is private',
    closeCode: closeCodes.forbidden,
    retry: false,
  },
  invitation_expired: {
    statusCode: 403,
    text: 'Forbidden: The invitation has expired',
    closeCode: closeCodes.forbidden,
    retry: false,
  },
  foreign_origin: {
    statusCode: 403,
    text: 'Forbidden: Origin not allowed',
    closeCode: closeCodes.forbidden,
    retry: false,
  },
  room_not_found: { statusCode: 404, text: 'Chat not found', closeCode: closeCodes.noRoom, retry: false },
  room_deleted: { statusCode: 404, text: 'Chat deleted', closeCode: closeCodes.roomDeleted, retry: false },
  participant_not_found: { statusCode: 404, text: 'Participant not found', retry: false },
  message_not_found: { statusCode: 404, text: 'Message not found', retry: false },
  session_not_found: { statusCode: 404, text: 'Session not found', retry: false },
  lease_not_found: { statusCode: 404, text: 'Lease not found', retry: false },
  import_not_found: { statusCode: 404, text: 'No import in progress', retry: false },
  route_not_found: { statusCode: 404, text: 'Not found', retry: false },
  method_not_allowed: { statusCode: 405, text: 'Method not allowed', retry: false },
  silent: { statusCode: 408, text: 'Connection timed out: No frames received', closeCode: 1001, retry: true },
  no_auth: { statusCode: 408, text: 'No auth frame in time', closeCode: closeCodes.noAuth, retry: true },
  link_taken: { statusCode: 409, text: 'Chat link already exists', retry: false },
  client_id_reused: { statusCode: 409, text: 'Conflict: clientId was used for another message', retry: false },
  too_many_reactions: { statusCode: 409, text: 'Conflict: Too many different reactions on this message', retry: false },
  not_private: { statusCode: 409, text: 'Conflict: The room is not private', retry: false },
  other_import: { statusCode: 409, text: 'Conflict: Another import to this link is in progress', retry: false },
  chat_id_reused: { statusCode: 409, text: 'Conflict: chatId was used for another message', retry: false },
  body_too_large: { statusCode: 413, text: 'Request body too large', retry: false },
  frame_too_large: { statusCode: 413, text: 'Frame too large', closeCode: closeCodes.tooLarge, retry: false },
  upgrade_required: {
    statusCode: 426,
    text: 'Upgrade required: This path accepts only WebSocket connections',
    retry: false,
  },
  slow_mode: { statusCode: 429, text: 'Slow mode: Wait before sending another message', retry: true },
  too_fast: { statusCode: 429, text: 'Too many messages: Slow down', retry: true },
  flooding: { statusCode: 429, text: 'Flooding', closeCode: closeCodes.flooding, retry: true },
  too_many_sockets: {
    statusCode: 429,
    text: 'Too many connections from your network',
    closeCode: closeCodes.flooding,
    retry: true,
  },
  too_many_guesses: { statusCode: 429, text: 'Too many wrong tokens', closeCode: closeCodes.flooding, retry: true },
  too_many_leases: {
    statusCode: 429,
    text: 'Too many participants have joined from your network or without a token',
    retry: true,
  },
  rate_limited: { statusCode: 429, text: 'Too many requests', closeCode: closeCodes.flooding, retry: true },
  internal: { statusCode: 500, text: 'Internal server error', closeCode: 1011, retry: true },
  no_signed_identities: {
    statusCode: 501,
    text: 'Not implemented: This service does not accept signed tokens',
    closeCode: closeCodes.credential,
    retry: false,
  },
  importing: {
    statusCode: 503,
    text: 'Service unavailable: The chat is being imported',
    closeCode: closeCodes.overloaded,
    retry: true,
  },
  unavailable: { statusCode: 503, text: 'Service unavailable', closeCode: closeCodes.overloaded, retry: true },
} as const satisfies Record<string, FailureKind>;

/** Identifies a failure within the service. */
export type FailureCode = keyof typeof failureTable;

/** A failure, with the details for this caller. */
export interface Failure extends FailureKind {
  readonly code: FailureCode;
  /** Whole seconds after which the same request can succeed. */
  readonly retryAfter?: number;
}

/** Maximum bytes of UTF-8 in a close reason: 125 of a control frame (RFC 6455 §5.5) less 2 for the close code. */
const reasonBytes = 123;

/**
 * Builds a close reason from a failure.
 * @returns the text, followed by the seconds to wait (which clients parse), cut to what a close frame can hold
 */
export function closeReason({ text, retryAfter }: Pick<Failure, 'text' | 'retryAfter'>): string {
  const reason = retryAfter === undefined ? text : `${text}: come back in ${retryAfter} s`;
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(reasonBytes));
  return reason.slice(0, read);
}

/** The result of a call that can fail: its value or the failure. */
export type Result<T> = { readonly ok: true; readonly value: T } | Err;

/** The failed case of a `Result`. */
export interface Err {
  readonly ok: false;
  readonly failure: Failure;
}

/** Wraps the value of a successful call. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/**
 * Builds a failed result.
 * @param code the row of the table
 * @param details `text` replaces the text of the table; `retryAfter` is in seconds
 */
export function fail(code: FailureCode, details: { text?: string; retryAfter?: number } = {}): Err {
  return { ok: false, failure: { code, ...failureTable[code], ...details } };
}
