/** Saves all of a room as a file on this device. */
import { exportRoom } from '../../../client/index.ts';
import { origin } from '../service.ts';
import type { RoomSession } from './session.ts';

/** For the admin of the room; rejects with `ApiError`. */
export async function downloadExport({ link, access }: RoomSession): Promise<void> {
  const file = await (await exportRoom({ origin }, link, access)).blob();
  const address = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `${link}.ndjson`;
  anchor.click();
  URL.revokeObjectURL(address);
}
