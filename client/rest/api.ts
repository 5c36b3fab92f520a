/** The REST calls, typed from the endpoint table. Needs `fetch` only. */
import type { CallContent, CallRequest } from '../../shared/call-types.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import type { Envelope } from '../../shared/envelope.ts';
import { exportPath, joinKeyHeader } from '../../shared/paths.ts';
import { type Route, routes } from '../../shared/routes.ts';
import { ApiError } from './api-error.ts';

export interface ApiOptions {
  /** The origin of the service: `https://api.flexio.workers.dev`. */
  origin: string;
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** A token that is sent as `Authorization: Bearer`, outside of the URL and the body. */
  bearer?: string | undefined;
  /** Grants access to a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

type OptionalKeys<T> = { [P in keyof T]: Record<string, never> extends T[P] ? P : never }[keyof T];

/** The input of a call. Parts without required fields are optional. */
type CallInput<K extends EndpointName> = Omit<CallRequest<K>, OptionalKeys<CallRequest<K>>> &
  Partial<Pick<CallRequest<K>, OptionalKeys<CallRequest<K>>>>;

/** All calls of the service by their names in the endpoint table. Each rejects with `ApiError`. */
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

/** @returns the successful response; rejects with `ApiError`, or with the `signal`'s reason if it aborted the call */
async function sendRequest(
  { origin, fetch: send = fetch }: ApiOptions,
  { method, path }: Route,
  parts: RequestParts,
  options: CallOptions,
) {
  const { bearer, joinKey, signal } = options;
  const headers = new Headers();
  if (bearer !== undefined) headers.set('Authorization', `Bearer ${bearer}`);
  // Headers are limited to ASCII.
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

/** @returns the calls of the service at `origin` */
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
 * Exports a room as NDJSON, for the holder of its admin token (`bearer`).
 * @returns a response whose body is a stream of the export; rejects with `ApiError`
 */
export function exportRoom(service: ApiOptions, link: string, options: CallOptions): Promise<Response> {
  return sendRequest(service, { method: 'GET', path: exportPath }, { params: { link } }, options);
}
