/** What a failed call is told as. */
import { ApiError } from '../../client/index.ts';
import { words } from './language.ts';

export function errorText(error: unknown): string {
  const { serviceUnreachable, rateLimited, requestRejected } = words.value;
  if (!(error instanceof ApiError) || error.statusCode === 0 || error.statusCode >= 500) return serviceUnreachable;
  return error.statusCode === 429 ? rateLimited : requestRejected(localizedReason(error.message));
}

/** Why the service refused, in the page's language where that is known: its own words are English. */
export function localizedReason(text: string): string {
  const translated = Object.entries(words.value.failureReasons).find(([beginning]) => text.startsWith(beginning));
  return translated?.[1] ?? text;
}
