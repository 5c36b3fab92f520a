/** Saves all of a room as a file on this device. */
import { exportRoom } from '../../../client/index.ts';
import { origin } from '../service.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds for which the file is there to be saved. */
const revokeAfterMs = 60_000;

/** For the admin of the room; rejects with `ApiError`. */
export async function downloadExport({ link, callOptions }: RoomController): Promise<void> {
  const file = await (await exportRoom({ origin }, link, callOptions)).blob();
  const blobUrl = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = blobUrl;
  anchor.download = `${link}.ndjson`;
  anchor.click();
  // Not every browser has begun to read it by now.
  setTimeout(() => URL.revokeObjectURL(blobUrl), revokeAfterMs);
}
