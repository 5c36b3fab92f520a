/** A room as a file, for its admin: the one call whose success is neither JSON nor text, and a secret as a whole. */
import * as v from 'valibot';
import { decode } from '../shared/decode.ts';
import type { Result } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { withBearerGuessLimit } from './guess-limit.ts';
import type { CallContext } from './handlers.ts';
import { bearerOf } from './read-request.ts';
import { errorResponse } from './responses.ts';

/** Answers with the lines of a room, as they are read. The token counts in the header only, since URLs end up in logs. */
export async function exportRoom(request: Request, link: string, context: CallContext): Promise<Response> {
  const { env, address } = context;
  const params = decode(v.object({ link: Link }), { link });
  if (!params.ok) return errorResponse(params.failure);
  const token = bearerOf(request);
  const room = env.CHAT_ROOM.getByName(link);
  const requestExport = () => room.export(token, address) as Promise<Result<ReadableStream<Uint8Array>>>;
  const lines = await withBearerGuessLimit(token, context, requestExport);
  if (!lines.ok) return errorResponse(lines.failure);
  return new Response(lines.value, {
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Disposition': `attachment; filename="${link}.ndjson"`,
      'Cache-Control': 'private, no-store',
    },
  });
}
