/**
 * The credentials of a read: `?token=` or `Authorization: Bearer`. Both accept the admin token of a room; the operator's
 * token is accepted in the header only.
 */
import { isOperator } from './digests.ts';

/** The tokens as the request sent them. */
export interface PresentedTokens {
  /** From the URL. Never the operator's: URLs end up in logs and browser histories. */
  token?: string | undefined;
  /** From the header, which takes precedence over the URL. */
  bearer?: string | undefined;
}

export interface ReadCredentials {
  isOperator: boolean;
  /** To be compared with the admin token of a room. */
  token: string | undefined;
}

/** @param operatorToken the secret `ADMIN_TOKEN`; without it no caller is the operator */
export function resolveReadCredentials(
  { token, bearer }: PresentedTokens,
  operatorToken: string | undefined,
): ReadCredentials {
  return { isOperator: isOperator(bearer, operatorToken), token: bearer ?? token };
}
