/** Export of a room as a file (docs/api.md), for its admin. */
import { ok, type Result } from '../shared/failures.ts';
import type { Handler } from './call-context.ts';

/** Streams the lines of a room as the room reads them. */
export const exportRoom: Handler<'exportRoom'> = async ({ params: { link } }, { room, caller }) => {
  const lines = (await room.export(caller)) as Result<ReadableStream<Uint8Array>>;
  if (!lines.ok) return lines;
  const headers = {
    'Content-Type': 'application/x-ndjson',
    'Content-Disposition': `attachment; filename="${link}.ndjson"`,
    'Cache-Control': 'private, no-store',
  };
  return ok(new Response(lines.value, { headers }));
};
