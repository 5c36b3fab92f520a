/** Saves all of a room as a file on this device. */
import { exportRoom } from '../../../client/index.ts';
import { origin } from '../service.ts';
import type { RoomSession } from './session.ts';

/** Milliseconds for which the file is there to be saved. */
const keptMs = 60_000;

/** For the admin of the room; rejects with `ApiError`. */
export async function downloadExport({ link, access }: RoomSession): Promise<void> {
  const file = await (await exportRoom({ origin }, link, access)).blob();
  const address = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `${link}.ndjson`;
  anchor.click();
  // Not every browser has begun to read it by now.
  setTimeout(() => URL.revokeObjectURL(address), keptMs);
}
