/** A part of a room's state, for a component that is drawn anew when that part changes, and not with every other. */
import { useComputed } from '@preact/signals';
import type { RoomState } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';

export function useRoomState<T>(controller: RoomController, select: (state: RoomState) => T): T {
  return useComputed(() => select(controller.state.value)).value;
}
