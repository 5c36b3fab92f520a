/** A room as a file, for its admin: the one call whose success is neither JSON nor text, and a secret as a whole. */
import * as v from 'valibot';
import { decode } from '../shared/decode.ts';
import type { Outcome } from '../shared/failures.ts';
import { Link } from '../shared/text.ts';
import { refuse } from './answers.ts';
import { guardingBearer } from './guesses.ts';
import type { CallContext } from './handlers.ts';
import { bearerOf } from './intake.ts';

/** Answers with the lines of a room, as they are read. The token counts in the header only, since URLs end up in logs. */
export async function exportRoom(request: Request, link: string, context: CallContext): Promise<Response> {
  const { env, address } = context;
  const at = decode(v.object({ link: Link }), { link });
  if (!at.ok) return refuse(at.failure);
  const token = bearerOf(request);
  const room = env.CHAT_ROOM.getByName(link);
  const asked = () => room.export(token, address) as Promise<Outcome<ReadableStream<Uint8Array>>>;
  const lines = await guardingBearer(token, context, asked);
  if (!lines.ok) return refuse(lines.failure);
  return new Response(lines.value, {
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Disposition': `attachment; filename="${link}.ndjson"`,
      'Cache-Control': 'private, no-store',
    },
  });
}
