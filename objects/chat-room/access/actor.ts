/** The caller of a method or sender of a frame: before, during and after their credentials are checked. */
import type { Participant, RoleName } from '../../../shared/participant.ts';
import type { VerifiedToken } from '../../credentials/jwt.ts';
import type { PresentedTokens } from '../../credentials/read-credentials.ts';

/** Credentials as presented: `token` identifies the participant, `adminToken` grants the admin's or operator's rights. */
export interface Credentials {
  token?: string | undefined;
  adminToken?: string | undefined;
  /** The display name that the participant chooses. */
  name?: string | undefined;
}

/** Credentials for entering a private room. Tokens count only if they are the admin's or the operator's. */
export interface AccessAttempt extends Credentials {
  /** The join key, or an invitation. */
  joinKey?: string | undefined;
}

/** The origin of a call. Both fields are required, so that no route forgets to pass them on. */
interface CallOrigin {
  /** Network address of the caller. */
  address: string;
  joinKey: string | undefined;
}

/** The caller of an RPC method. */
export type Caller = CallOrigin & Credentials;

/** The caller of a call that takes only the room's admin token (or the operator's). */
export interface AdminCaller {
  address: string;
  token: string | undefined;
}

/** The caller of a call for the operator. */
export type OperatorCaller = Pick<AdminCaller, 'token'>;

/** The caller of a documented read, whose token may come in the query or as a bearer token. */
export type ReadCaller = CallOrigin & PresentedTokens;

/** Credentials after the signature of a JWT, if the token is one, was verified. */
export interface VerifiedCredentials extends Omit<Credentials, 'token'> {
  verifiedToken: VerifiedToken;
  /** Name from the invitation, used if the caller sends no name. */
  invitedAs?: string | undefined;
}

/** The result of checked credentials. Part of a socket's attachment. */
export interface Identity {
  /** Null for a caller without a token: a viewer. */
  participant: Participant | null;
  role: RoleName;
  /** When the JWT that proves this expires, in milliseconds. */
  expiresAt?: number;
  /** The participant whose JWT has expired: they are a viewer until the client sends a new one. */
  expiredAs?: Participant;
  /** The connection entered a private room as its admin or the operator, without a join key. */
  isKeyless?: true;
}

/** The identity that performs an action, with its address. */
export interface Actor extends Identity {
  /** Digest of the network address. */
  address: string;
}
