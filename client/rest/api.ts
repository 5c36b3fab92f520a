/** The REST calls, typed from the endpoint table. Runs wherever there is `fetch`. */
import type { CallContent, CallRequest } from '../../shared/call-types.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import type { Envelope } from '../../shared/envelope.ts';
import { exportPath, joinKeyHeader } from '../../shared/paths.ts';
import { type Route, routes } from '../../shared/routes.ts';
import { ApiError } from './api-error.ts';

export interface ApiOptions {
  /** Where the service is: `https://api.flexio.workers.dev`. */
  origin: string;
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** Sent as `Authorization: Bearer`, where a token should not stand in the URL or the body. */
  bearer?: string | undefined;
  /** Opens a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

type OptionalKeys<T> = { [P in keyof T]: Record<string, never> extends T[P] ? P : never }[keyof T];

/** What a call needs: parts in which nothing is required may be left out. */
type CallInput<K extends EndpointName> = Omit<CallRequest<K>, OptionalKeys<CallRequest<K>>> &
  Partial<Pick<CallRequest<K>, OptionalKeys<CallRequest<K>>>>;

/** Every call of the service by its name in the endpoint table. Each rejects with `ApiError`. */
export type Api = {
  [K in EndpointName]: (call: CallInput<K>, options?: CallOptions) => Promise<CallContent<K>>;
};

interface RequestParts {
  params?: Record<string, string>;
  query?: Record<string, string | undefined>;
  body?: unknown;
}

function requestUrl(origin: string, path: string, { params = {}, query = {} }: RequestParts): URL {
  const filledPath = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const url = new URL(filledPath, origin);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

async function readEnvelope(response: Response): Promise<Envelope> {
  try {
    return (await response.json()) as Envelope;
  } catch (cause) {
    throw new ApiError(response.status, response.statusText || 'Unreadable answer', undefined, { cause });
  }
}

/**
 * Makes a call.
 * @returns the answer of one that succeeded; else it rejects with `ApiError`
 */
async function sendRequest(
  { origin, fetch: send = fetch }: ApiOptions,
  { method, path }: Route,
  parts: RequestParts,
  options: CallOptions,
) {
  const { bearer, joinKey, signal } = options;
  const headers = new Headers();
  if (bearer !== undefined) headers.set('Authorization', `Bearer ${bearer}`);
  // A header holds ASCII only.
  if (joinKey !== undefined) headers.set(joinKeyHeader, encodeURIComponent(joinKey));
  if (parts.body !== undefined) headers.set('Content-Type', 'application/json');
  const body = parts.body === undefined ? {} : { body: JSON.stringify(parts.body) };
  const response = await send(requestUrl(origin, path, parts), {
    method,
    headers,
    ...body,
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, 'No answer', undefined, { cause });
  });
  if (response.ok) return response;
  const { error } = await readEnvelope(response);
  const retryAfter = response.headers.get('Retry-After');
  throw new ApiError(response.status, error ?? '', retryAfter === null ? undefined : Number(retryAfter));
}

/** Makes the calls of the service at `origin`. */
export function createApi(service: ApiOptions): Api {
  const names = Object.keys(routes) as EndpointName[];
  const calls = names.map((name) => [
    name,
    async (parts: RequestParts, options: CallOptions = {}) =>
      (await readEnvelope(await sendRequest(service, routes[name], parts, options))).content,
  ]);
  return Object.fromEntries(calls);
}

/**
 * All of a room in one file, NDJSON, streamed; for its admin, whose token is the `bearer`.
 * @returns the answer whose body it is; it rejects with `ApiError`
 */
export function exportRoom(service: ApiOptions, link: string, options: CallOptions): Promise<Response> {
  return sendRequest(service, { method: 'GET', path: exportPath }, { params: { link } }, options);
}
