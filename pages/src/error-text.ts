/** Turns errors of calls into texts for users. */
import { ApiError } from '../../client/index.ts';
import { words } from './error-words.ts';

/** @returns a sentence in the language of the page for an error that a call threw */
export function errorText(error: unknown): string {
  const { serviceUnreachable, rateLimited, requestRejected } = words.value;
  if (!(error instanceof ApiError) || error.statusCode === 0 || error.statusCode >= 500) return serviceUnreachable;
  return error.statusCode === 429 ? rateLimited : requestRejected(localizedReason(error.message));
}

/**
 * Translates a failure text of the service, which is English.
 * @returns the translation; `text` itself if there is none
 */
export function localizedReason(text: string): string {
  const translated = Object.entries(words.value.failureReasons).find(([beginning]) => text.startsWith(beginning));
  return translated?.[1] ?? text;
}
