/** A part of a room's state, for a component that is drawn anew when that part changes, and not with every other. */
import { useComputed } from '@preact/signals';
import type { RoomState } from '../../../client/index.ts';
import type { RoomSession } from './session.ts';

export function useRoom<T>(session: RoomSession, pick: (state: RoomState) => T): T {
  return useComputed(() => pick(session.state.value)).value;
}
