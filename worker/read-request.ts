/** From an HTTP request to the checked input of a call: body, query, path and bearer token, each where it belongs. */
import { type CallInput, decodeCall } from '../shared/call-types.ts';
import { dropAbsent, parseJson } from '../shared/decode.ts';
import { type Endpoint, type EndpointName, endpoints } from '../shared/endpoints.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { joinKeyHeader } from '../shared/paths.ts';

type Fields = Record<string, unknown>;

/**
 * Keeps at most `limits.bodyBytes` of the body, whatever its Content-Length says. The rest is read and dropped: an answer
 * before the end of a request reaches some clients as a broken connection.
 */
async function readBody(request: Request): Promise<Result<string>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size <= limits.bodyBytes) chunks.push(chunk);
    }
  } catch {
    return fail('body_incomplete');
  }
  if (size > limits.bodyBytes) return fail('body_too_large');
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

/** The query's fields; one that stands there twice is a list, which no schema accepts. */
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

/** The join key of the header, which holds ASCII only: what is beyond it comes percent-encoded. */
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

/** Puts the token of `Authorization: Bearer` where it belongs in a body. */
function assignBearer(fields: Fields, bearer: string | undefined, target: Endpoint['bearer']): Fields {
  if (bearer === undefined || target === undefined || target === 'query') return fields;
  return target === 'token' || fields.token === undefined
    ? { ...fields, token: bearer }
    : { adminToken: bearer, ...fields };
}

/**
 * Reads and checks the input of a call.
 * @param params the parts of the path, percent-encoded as the router has them
 */
export async function readCallInput<K extends EndpointName>(
  name: K,
  request: Request,
  params: Record<string, string>,
): Promise<Result<CallInput<K>>> {
  const endpoint: Endpoint = endpoints[name];
  const bearer = bearerOf(request);
  const query = dropAbsent(readQuery(new URL(request.url))) as Fields;
  const json = endpoint.body ? await readJson(request) : ok({});
  if (!json.ok) return json;
  const sentBody = dropAbsent(json.value);
  const fromQuery = Object.fromEntries((endpoint.bodyFromQuery ?? []).map((field) => [field, query[field]]));
  const body = isFields(sentBody) ? { ...fromQuery, ...sentBody } : sentBody;
  return decodeCall(name, {
    params: percentDecodeAll(params),
    query,
    bearer: endpoint.bearer === 'query' ? bearer : undefined,
    joinKey: (isFields(body) ? body.joinKey : undefined) ?? joinKeyOf(request),
    body: isFields(body) ? assignBearer(body, bearer, endpoint.bearer) : body,
  });
}
