/** Reads a call from an HTTP request: path, query, headers and body, validated by the schemas of its endpoint. */
import * as v from 'valibot';
import { allEndpoints, type CallName } from '../shared/all-endpoints.ts';
import type { CallInput } from '../shared/call-types.ts';
import { decode, dropAbsent, parseJson } from '../shared/decode.ts';
import type { Endpoint } from '../shared/endpoints.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { PresentedKey, Token } from '../shared/fields.ts';
import { limits } from '../shared/limits.ts';
import { joinKeyHeader } from '../shared/paths.ts';

type Fields = Record<string, unknown>;

/** Credentials that are sent in headers. */
const HeaderFields = v.object({ token: v.optional(Token), joinKey: v.optional(PresentedKey) });

/**
 * Reads the rest of a body and drops it, because some clients report a response before the end of the request as a
 * broken connection.
 */
export async function drainBody({ body }: Request): Promise<void> {
  // If the body is interrupted, the client is gone and receives no response.
  await body?.pipeTo(new WritableStream()).catch(() => undefined);
}

/**
 * Reads a body as text.
 * @returns `body_too_large` (413) over `limits.http.bodyBytes`, regardless of Content-Length; `body_incomplete` or
 *   `bad_encoding` (400). The whole body is always read, for the same reason as in `drainBody`.
 */
async function readBody(request: Request): Promise<Result<string>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size <= limits.http.bodyBytes) chunks.push(chunk);
    }
  } catch {
    return fail('body_incomplete');
  }
  if (size > limits.http.bodyBytes) return fail('body_too_large');
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(await new Blob(chunks).arrayBuffer()));
  } catch {
    return fail('bad_encoding');
  }
}

async function readJson(request: Request): Promise<Result<unknown>> {
  const body = await readBody(request);
  if (!body.ok) return body;
  return body.value.trim() === '' ? ok({}) : parseJson(body.value);
}

/** The fields of the query. One that occurs twice becomes a list, which no schema accepts. */
function readQuery(url: URL): Fields {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/** The token of `Authorization: Bearer`. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]?.trim();
}

/** The join key of the header, percent-decoded, because headers hold ASCII only. */
function joinKeyOf(request: Request): string | undefined {
  const header = request.headers.get(joinKeyHeader) ?? undefined;
  return header && percentDecode(header);
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function percentDecodeAll(params: Record<string, string>): Fields {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, percentDecode(value)]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds the token of `Authorization: Bearer` to the body, as `Endpoint.bearer` specifies. */
function assignBearer(fields: Fields, bearer: string | undefined, target: Endpoint['bearer']): Fields {
  if (bearer === undefined || target === undefined || target === 'query' || target === 'only') return fields;
  return target === 'token' || fields.token === undefined
    ? { ...fields, token: bearer }
    : { adminToken: bearer, ...fields };
}

/** Accepts `tags` as an alias of `tag`, the name in the Flexio API document. */
function acceptTags(body: Fields): Fields {
  const { content } = body;
  if (!isFields(content) || !('tags' in content) || 'tag' in content) return body;
  return { ...body, content: { ...content, tag: content.tags } };
}

/** The parts of a request, before validation. */
type RawInput = Record<keyof CallInput<CallName>, unknown>;

/** Validates a request: path, then query, then headers, then body. */
function decodeInput(endpoint: Endpoint, raw: RawInput): Result<RawInput> {
  const params = decode(endpoint.params, raw.params);
  if (!params.ok) return params;
  const query = decode(endpoint.query, raw.query, endpoint.issueText);
  if (!query.ok) return query;
  const headers = decode(HeaderFields, { token: raw.bearer, joinKey: raw.joinKey });
  if (!headers.ok) return headers;
  const { token: bearer, joinKey } = headers.value;
  const decoded = { params: params.value, query: query.value, bearer, joinKey };
  if (!endpoint.body) return ok({ ...decoded, body: {} });
  if (!isFields(raw.body)) return fail('invalid', { text: 'Invalid fields: body must be a JSON object' });
  const body = decode(endpoint.body, acceptTags(raw.body), endpoint.issueText);
  return body.ok ? ok({ ...decoded, body: body.value }) : body;
}

/**
 * Reads and validates the input of a call.
 * @param params the parts of the path, percent-encoded, as the router passes them
 * @returns all fields validated and converted, or a 400 or 413 of the body, or `invalid` (400) with a text that names
 *   the invalid fields
 */
export async function readCallInput<K extends CallName>(
  name: K,
  request: Request,
  params: Record<string, string>,
): Promise<Result<CallInput<K>>> {
  const endpoint: Endpoint = allEndpoints[name];
  const bearer = bearerOf(request);
  const query = dropAbsent(readQuery(new URL(request.url))) as Fields;
  const json = endpoint.body ? await readJson(request) : ok({});
  if (!json.ok) return json;
  const sentBody = dropAbsent(json.value);
  const fromQuery = Object.fromEntries((endpoint.bodyFromQuery ?? []).map((field) => [field, query[field]]));
  const body = isFields(sentBody) ? { ...fromQuery, ...sentBody } : sentBody;
  const joinKey = (isFields(body) ? body.joinKey : undefined) ?? joinKeyOf(request);
  const input = decodeInput(endpoint, {
    params: percentDecodeAll(params),
    query,
    bearer: endpoint.bearer === 'query' ? bearer : undefined,
    joinKey: endpoint.takesJoinKey ? joinKey : undefined,
    body: isFields(body) ? assignBearer(body, bearer, endpoint.bearer) : body,
  });
  if (!input.ok) return input;
  return ok((endpoint.bearer === 'only' ? { ...input.value, bearer } : input.value) as CallInput<K>);
}
