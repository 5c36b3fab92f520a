/** What goes into a call of the endpoint table and what comes out: the types on both sides, and the check at the edge. */
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

/** What a handler gets: every field checked and in its final form. */
export interface CallInput<K extends EndpointName> {
  params: v.InferOutput<Endpoints[K]['params']>;
  query: v.InferOutput<Endpoints[K]['query']>;
  body: v.InferOutput<BodyOf<K>>;
  /** The token of the `Authorization` header, on calls that take one beside the query. */
  bearer: string | undefined;
  /** What is shown at the door of a private room, on calls about one. */
  joinKey: string | undefined;
}

/** What a caller passes. */
export interface CallRequest<K extends EndpointName> {
  params: v.InferInput<Endpoints[K]['params']>;
  query: v.InferInput<Endpoints[K]['query']>;
  body: v.InferInput<BodyOf<K>>;
}

type Responses<K extends EndpointName> = Endpoints[K]['responses'];

/** The content of a call's success. */
export type CallContent<K extends EndpointName> = {
  [S in keyof Responses<K>]: Responses<K>[S] extends v.GenericSchema ? v.InferOutput<Responses<K>[S]> : never;
}[keyof Responses<K>];

/** A success and its status. */
export interface CallResponse<K extends EndpointName> {
  statusCode: keyof Responses<K> & number;
  content: CallContent<K>;
}

/** What may stand outside path, query and body. */
const HeaderFields = v.object({ token: v.optional(Token), joinKey: v.optional(PresentedKey) });

/** `tags` is accepted for the document's `tag`. */
function acceptTags(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('content' in body)) return body;
  const { content } = body;
  if (typeof content !== 'object' || content === null || !('tags' in content) || 'tag' in content) return body;
  return { ...body, content: { ...content, tag: content.tags } };
}

/**
 * Checks the parts of a request against its row: path, then query, then body.
 * @returns every field in its final form, or `invalid` (400) with the fields named
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
