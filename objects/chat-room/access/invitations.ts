/**
 * Invitations: accepted in place of the join key of a private room until they expire. An invitation is signed with the
 * room's salt and the digest of the key, so a new key invalidates all of them, and nothing is stored.
 */
import { Buffer } from 'node:buffer';
import * as v from 'valibot';
import { parseJson } from '../../../shared/decode.ts';
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { digest, secretsEqual } from '../../credentials/digests.ts';
import type { Details } from '../state/details.ts';

const Invitation = v.object({
  /** Milliseconds. */
  expiresAt: v.number(),
  /** Display name of a guest who sends no name. */
  name: v.optional(v.string()),
});
export type Invitation = v.InferOutput<typeof Invitation>;

export interface InvitationRequest {
  name?: string | undefined;
  /** Seconds. */
  expiresIn: number;
}

export interface IssuedInvitation {
  invitation: string;
  /** Milliseconds. */
  expiresAt: number;
}

function sign({ salt, joinKeyDigest }: Details, payload: string): string | undefined {
  return joinKeyDigest && digest(salt, 'invitation', `${joinKeyDigest.digest}.${payload}`);
}

/** @returns `not_private` (409) for a room without a join key */
export function issueInvitation(
  details: Details,
  { name, expiresIn }: InvitationRequest,
  now: number,
): Result<IssuedInvitation> {
  const expiresAt = now + expiresIn * 1_000;
  const invitation: Invitation = { expiresAt, ...(name && { name }) };
  const payload = Buffer.from(JSON.stringify(invitation)).toString('base64url');
  const signature = sign(details, payload);
  return signature === undefined ? fail('not_private') : ok({ invitation: `${payload}.${signature}`, expiresAt });
}

/** The content of an invitation to this room, expired or not; undefined if the signature does not match. */
export function readInvitation(details: Details, text: string): Invitation | undefined {
  const [payload = '', signature = '', ...rest] = text.split('.');
  const expected = sign(details, payload);
  // Compared as text: the last character of base64url has unused bits, so two texts can decode to the same bytes.
  if (expected === undefined || rest.length > 0 || !secretsEqual(signature, expected)) return undefined;
  const json = parseJson(Buffer.from(payload, 'base64url').toString());
  return json.ok && v.is(Invitation, json.value) ? json.value : undefined;
}
