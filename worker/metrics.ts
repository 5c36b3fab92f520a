/** What there is in all, for the operator's Prometheus: its text format, version 0.0.4. */
import type { DirectoryMetrics } from '../objects/room-directory/index.ts';
import { fail, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { metricsPath } from '../shared/paths.ts';
import { withTimeout } from '../shared/timeout.ts';
import { withBearerGuessLimit } from './guess-limit.ts';
import type { CallContext } from './handlers.ts';
import { bearerOf } from './read-request.ts';
import { logError } from './request-log.ts';
import { errorResponse } from './responses.ts';

interface Metric {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  value: number;
}

function metricsOf(
  { rooms, unlisted, people, posted, replicationLag: behind }: DirectoryMetrics,
  now: number,
): Metric[] {
  const age = behind.since === null ? 0 : Math.max(0, now - behind.since) / 1_000;
  return [
    { name: 'flexio_rooms', type: 'gauge', help: 'Rooms there are, unlisted ones among them.', value: rooms },
    { name: 'flexio_rooms_unlisted', type: 'gauge', help: 'Rooms that stay out of the list.', value: unlisted },
    {
      name: 'flexio_people_here',
      type: 'gauge',
      help: 'People in all rooms; somebody in two counts twice.',
      value: people,
    },
    {
      name: 'flexio_messages_total',
      type: 'counter',
      help: 'Messages ever posted, those of deleted rooms among them.',
      value: posted,
    },
    {
      name: 'flexio_copies_behind',
      type: 'gauge',
      help: 'Rooms whose copy in KV cannot be written or deleted.',
      value: behind.rooms,
    },
    {
      name: 'flexio_copies_behind_age_seconds',
      type: 'gauge',
      help: 'Seconds for which the first of them could not; 0 when there is none.',
      value: age,
    },
  ];
}

function toText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, type, help, value }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}

/** Answers a scrape. The operator's token counts in the header only, since URLs end up in logs. */
export async function metrics(
  request: Request,
  { env, address, requestId }: CallContext,
  now: number,
): Promise<Response> {
  const token = bearerOf(request);
  if (token === undefined) return errorResponse(fail('no_credential').failure);
  const result = await withBearerGuessLimit(token, { env, address }, async (): Promise<Result<DirectoryMetrics>> => {
    try {
      const pendingMetrics: Promise<Result<DirectoryMetrics>> = env.ROOM_DIRECTORY.getByName('rooms').metrics(token);
      return await withTimeout(limits.directoryTimeoutMs, pendingMetrics);
    } catch (error) {
      logError(env, 'directory_failed', error, { requestId, route: metricsPath });
      return fail('unavailable', { retryAfter: 1 });
    }
  });
  if (!result.ok) return errorResponse(result.failure);
  return new Response(toText(metricsOf(result.value, now)), {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}
