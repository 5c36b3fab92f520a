/** The form of all JSON responses: 統一されたレスポンス形式 of the Flexio API document. */
import type { Failure } from './failures.ts';

/** If there is an error, `content` and `error` are both its text. */
export interface Envelope<T = unknown> {
  statusCode: number;
  content: T;
  error?: string;
}

export function errorEnvelope(failure: Pick<Failure, 'statusCode' | 'text'>): Envelope<string> {
  return { statusCode: failure.statusCode, content: failure.text, error: failure.text };
}
