/**
 * Invitations to a private room: what may be shown in the place of its join key until a time comes. One is its own
 * proof, signed under the room's salt and the digest of the key, so that another key voids all of them; no row is kept.
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
  /** What who comes with it is called where they give no name. */
  name: v.optional(v.string()),
});
export type Invitation = v.InferOutput<typeof Invitation>;

/** What an invitation is asked for with. */
export interface InvitationRequest {
  name?: string | undefined;
  /** Seconds. */
  expiresIn: number;
}

/** An invitation as it is handed out. */
export interface IssuedInvitation {
  invitation: string;
  /** Milliseconds. */
  expiresAt: number;
}

function sign({ salt, joinKeyDigest }: Details, payload: string): string | undefined {
  return joinKeyDigest && digest(salt, 'invitation', `${joinKeyDigest.digest}.${payload}`);
}

/** Writes an invitation: `not_private` (409) where nobody needs one. */
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

/** Reads an invitation that was written under this room's key, if only one that has expired. */
export function readInvitation(details: Details, text: string): Invitation | undefined {
  const [payload = '', signature = '', ...rest] = text.split('.');
  const expected = sign(details, payload);
  // The texts are compared, not what they stand for: the last character of base64url has bits that mean nothing.
  if (expected === undefined || rest.length > 0 || !secretsEqual(signature, expected)) return undefined;
  const json = parseJson(Buffer.from(payload, 'base64url').toString());
  return json.ok && v.is(Invitation, json.value) ? json.value : undefined;
}
