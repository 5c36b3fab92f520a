/** Input and output types of the calls in the endpoint tables. */
import type * as v from 'valibot';
import type { AllEndpoints, CallName } from './all-endpoints.ts';
import type { NoFields } from './endpoints.ts';

type BodyOf<K extends CallName> = AllEndpoints[K] extends { body: infer S extends v.GenericSchema }
  ? S
  : typeof NoFields;

/** The input of a handler: all fields validated and converted. */
export interface CallInput<K extends CallName> {
  params: v.InferOutput<AllEndpoints[K]['params']>;
  query: v.InferOutput<AllEndpoints[K]['query']>;
  body: v.InferOutput<BodyOf<K>>;
  /** The token of the `Authorization` header, on calls without a body. */
  bearer: string | undefined;
  /** The join key or invitation, on calls about a room that can be private. */
  joinKey: string | undefined;
}

/** The input of a caller, before validation. */
export interface CallRequest<K extends CallName> {
  params: v.InferInput<AllEndpoints[K]['params']>;
  query: v.InferInput<AllEndpoints[K]['query']>;
  body: v.InferInput<BodyOf<K>>;
}

type Responses<K extends CallName> = AllEndpoints[K] extends { responses: infer R } ? R : never;

/** The content of a successful response. */
export type CallContent<K extends CallName> = {
  [S in keyof Responses<K>]: Responses<K>[S] extends v.GenericSchema ? v.InferOutput<Responses<K>[S]> : never;
}[keyof Responses<K>];

/** A successful response and its status. */
export interface CallResponse<K extends CallName> {
  statusCode: keyof Responses<K> & number;
  content: CallContent<K>;
}
