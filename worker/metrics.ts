/** Totals of all rooms for the operator's Prometheus, in its text format, version 0.0.4. */
import type { DirectoryMetrics } from '../objects/room-directory/index.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { metricsPath } from '../shared/paths.ts';
import { withTimeout } from '../shared/timeout.ts';
import type { Handler } from './call-context.ts';
import { logError } from './request-log.ts';

interface Metric {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  value: number;
}

function metricsOf({ rooms, unlisted, people, posted, replicationLag: lag }: DirectoryMetrics, now: number): Metric[] {
  const lagSeconds = lag.since === null ? 0 : Math.max(0, now - lag.since) / 1_000;
  return [
    { name: 'flexio_rooms', type: 'gauge', help: 'All rooms, including unlisted ones.', value: rooms },
    { name: 'flexio_rooms_unlisted', type: 'gauge', help: 'Rooms that are not in the list.', value: unlisted },
    {
      name: 'flexio_people_here',
      type: 'gauge',
      help: 'Participants in all rooms; a person in two rooms counts twice.',
      value: people,
    },
    {
      name: 'flexio_messages_total',
      type: 'counter',
      help: 'Messages ever posted, including those of deleted rooms.',
      value: posted,
    },
    {
      name: 'flexio_copies_behind',
      type: 'gauge',
      help: 'Rooms whose KV entry cannot be written or deleted.',
      value: lag.rooms,
    },
    {
      name: 'flexio_copies_behind_age_seconds',
      type: 'gauge',
      help: 'Seconds since the oldest of these failures began; 0 if there are none.',
      value: lagSeconds,
    },
  ];
}

function toText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, type, help, value }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}

/** Serves a scrape, for the operator. */
export const getMetrics: Handler<'getMetrics'> = async ({ bearer }, { env, requestId }) => {
  if (bearer === undefined) return fail('no_credential');
  try {
    const pending: Promise<Result<DirectoryMetrics>> = env.ROOM_DIRECTORY.getByName('rooms').metrics(bearer);
    const result = await withTimeout(limits.http.directoryTimeoutMs, pending);
    if (!result.ok) return result;
    const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' };
    return ok(new Response(toText(metricsOf(result.value, Date.now())), { headers }));
  } catch (error) {
    logError(env, 'directory_failed', error, { requestId, route: metricsPath });
    return fail('unavailable', { retryAfter: 1 });
  }
};
