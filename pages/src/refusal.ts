/** What a failed call is told as. */
import { ApiError } from '../../client/index.ts';
import { words } from './language.ts';

export function refusalText(error: unknown): string {
  const { noAnswer, tooOften, refused } = words.value;
  if (!(error instanceof ApiError) || error.statusCode === 0 || error.statusCode >= 500) return noAnswer;
  return error.statusCode === 429 ? tooOften : refused(refusalReason(error.message));
}

/** Why the service refused, in the page's language where that is known: its own words are English. */
export function refusalReason(text: string): string {
  const known = Object.entries(words.value.reasons).find(([beginning]) => text.startsWith(beginning));
  return known?.[1] ?? text;
}
