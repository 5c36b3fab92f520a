/** The form of every JSON answer: the document's 統一されたレスポンス形式. */
import type { Failure } from './failures.ts';

/** `content` is the text of the error where there is one. */
export interface Envelope<T = unknown> {
  statusCode: number;
  content: T;
  error?: string;
}

/** The envelope of a refusal: its text stands in both places. */
export function errorEnvelope(failure: Pick<Failure, 'statusCode' | 'text'>): Envelope<string> {
  return { statusCode: failure.statusCode, content: failure.text, error: failure.text };
}
