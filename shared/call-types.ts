/** Input and output types of the calls in the endpoint table, and the validation of requests. */
import * as v from 'valibot';
import { decode } from './decode.ts';
import {
  type Endpoint,
  type EndpointName,
  type Endpoints,
  endpoints,
  type NoFields,
  takesJoinKey,
} from './endpoints.ts';
import { fail, ok, type Result } from './failures.ts';
import { PresentedKey, Token } from './fields.ts';

type BodyOf<K extends EndpointName> = Endpoints[K] extends { body: infer S extends v.GenericSchema }
  ? S
  : typeof NoFields;

/** The input of a handler: all fields validated and converted. */
export interface CallInput<K extends EndpointName> {
  params: v.InferOutput<Endpoints[K]['params']>;
  query: v.InferOutput<Endpoints[K]['query']>;
  body: v.InferOutput<BodyOf<K>>;
  /** The token of the `Authorization` header. */
  bearer: string | undefined;
  /** The join key or invitation, on calls about a room that can be private. */
  joinKey: string | undefined;
}

/** The input of a caller, before validation. */
export interface CallRequest<K extends EndpointName> {
  params: v.InferInput<Endpoints[K]['params']>;
  query: v.InferInput<Endpoints[K]['query']>;
  body: v.InferInput<BodyOf<K>>;
}

type Responses<K extends EndpointName> = Endpoints[K]['responses'];

/** The content of a successful response. */
export type CallContent<K extends EndpointName> = {
  [S in keyof Responses<K>]: Responses<K>[S] extends v.GenericSchema ? v.InferOutput<Responses<K>[S]> : never;
}[keyof Responses<K>];

/** A successful response and its status. */
export interface CallResponse<K extends EndpointName> {
  statusCode: keyof Responses<K> & number;
  content: CallContent<K>;
}

/** Credentials that are sent in headers. */
const HeaderFields = v.object({ token: v.optional(Token), joinKey: v.optional(PresentedKey) });

/** Accepts `tags` as an alias of `tag`, the name in the Flexio API document. */
function acceptTags(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('content' in body)) return body;
  const { content } = body;
  if (typeof content !== 'object' || content === null || !('tags' in content) || 'tag' in content) return body;
  return { ...body, content: { ...content, tag: content.tags } };
}

/**
 * Validates a request against its endpoint: path, then query, then headers, then body.
 * @returns all fields validated and converted, or `invalid` (400) with a text that names the invalid fields
 */
export function decodeCall<K extends EndpointName>(
  name: K,
  raw: Record<keyof CallInput<K>, unknown>,
): Result<CallInput<K>> {
  const endpoint: Endpoint = endpoints[name];
  const params = decode(endpoint.params, raw.params);
  if (!params.ok) return params;
  const query = decode(endpoint.query, raw.query, endpoint.issueText);
  if (!query.ok) return query;
  const headers = decode(HeaderFields, {
    token: raw.bearer,
    joinKey: takesJoinKey(endpoint) ? raw.joinKey : undefined,
  });
  if (!headers.ok) return headers;
  const { token: bearer, joinKey } = headers.value;
  const decoded = { params: params.value, query: query.value, bearer, joinKey };
  if (!endpoint.body) return ok({ ...decoded, body: {} } as CallInput<K>);
  if (typeof raw.body !== 'object' || raw.body === null || Array.isArray(raw.body)) {
    return fail('invalid', { text: 'Invalid fields: body must be a JSON object' });
  }
  const body = decode(endpoint.body, acceptTags(raw.body), endpoint.issueText);
  if (!body.ok) return body;
  return ok({ ...decoded, body: body.value } as CallInput<K>);
}
