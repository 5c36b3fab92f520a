/** Hooks for components that depend on the room state. */
import { useComputed } from '@preact/signals';
import type { RoomState } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';

/** Selects a part of the room state. The component is rendered again only when that part changes. */
export function useRoomState<T>(controller: RoomController, select: (state: RoomState) => T): T {
  return useComputed(() => select(controller.state.value)).value;
}
