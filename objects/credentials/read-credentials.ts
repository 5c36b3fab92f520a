/** Who asks for a documented read: `?token=` or `Authorization: Bearer` may be an admin's, the header alone the operator's. */
import { isOperator } from './digests.ts';

/** The credentials of a read, as they were shown. */
export interface PresentedTokens {
  /** From the URL, where it may end up in logs and histories: the operator's is not taken from there. */
  token?: string | undefined;
  /** From the header, which counts before the URL. */
  bearer?: string | undefined;
}

/** Somebody who reads. */
export interface ReadCredentials {
  isOperator: boolean;
  /** May be the admin's token of a room. */
  token: string | undefined;
}

/** @param operatorToken the secret `ADMIN_TOKEN`; without it there is no operator */
export function resolveReadCredentials(
  { token, bearer }: PresentedTokens,
  operatorToken: string | undefined,
): ReadCredentials {
  return { isOperator: isOperator(bearer, operatorToken), token: bearer ?? token };
}
