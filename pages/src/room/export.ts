/** Downloads the export of a room as a file. */
import { exportRoom } from '../../../client/index.ts';
import { origin } from '../service-urls.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds until the blob URL is revoked. */
const revokeAfterMs = 60_000;

/** Requires the admin token of the room; rejects with `ApiError`. */
export async function downloadExport({ link, callOptions }: RoomController): Promise<void> {
  const file = await (await exportRoom({ origin }, link, callOptions)).blob();
  const blobUrl = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = blobUrl;
  anchor.download = `${link}.ndjson`;
  anchor.click();
  // Some browsers have not started to read the blob at this point.
  setTimeout(() => URL.revokeObjectURL(blobUrl), revokeAfterMs);
}
