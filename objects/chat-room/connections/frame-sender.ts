/** Sends frames to one socket or to all ready connections, and disconnects clients that do not read them. */
import { type Failure, fail } from '../../../shared/failures.ts';
import { errorFields, logLine } from '../../../shared/log-line.ts';
import type { ServerFrame } from '../../../shared/server-frames.ts';
import type { Clock } from '../../storage/clock.ts';
import { BroadcastBatcher } from './broadcast-batcher.ts';
import type { ConnectionStore } from './connection-store.ts';
import { type EncodedFrame, encodeBatch, encodeFrame } from './encoded-frame.ts';
import type { SlowConsumers } from './slow-consumers.ts';

export class FrameSender {
  readonly #store: ConnectionStore;
  readonly #slowConsumers: SlowConsumers;
  readonly #broadcastBatcher: BroadcastBatcher;
  readonly #disconnect: (socket: WebSocket, failure: Failure) => void;

  /** @param disconnect closes a socket and publishes the change of presence */
  constructor(
    clock: Clock,
    store: ConnectionStore,
    slowConsumers: SlowConsumers,
    disconnect: (socket: WebSocket, failure: Failure) => void,
  ) {
    this.#store = store;
    this.#slowConsumers = slowConsumers;
    this.#disconnect = disconnect;
    this.#broadcastBatcher = new BroadcastBatcher(clock, (frames) => this.#writeToAll(frames));
  }

  /** Sends to one socket, at once. If it is closing, the frame is lost without an error. */
  send(socket: WebSocket, frame: ServerFrame): void {
    this.#write(socket, encodeFrame(frame));
  }

  /** Sends to every ready connection, in the next batch. */
  broadcast(frame: ServerFrame): void {
    this.#broadcastBatcher.add(frame);
  }

  /** Sends the pending broadcasts now. */
  flush(): void {
    this.#broadcastBatcher.flush();
  }

  #writeToAll(frames: readonly EncodedFrame[]): void {
    const batched = frames.length > 1 ? [encodeBatch(frames)] : frames;
    for (const [socket, connection] of this.#store) {
      if (connection.state !== 'joined') continue;
      for (const frame of connection.batch ? batched : frames) this.#write(socket, frame);
    }
    // After the loop, because disconnecting removes entries of the map that it iterates over.
    for (const socket of this.#slowConsumers.drainOverLimit()) this.#disconnectSlow(socket);
  }

  #disconnectSlow(socket: WebSocket): void {
    try {
      this.#disconnect(socket, fail('silent').failure);
    } catch (error) {
      // The socket is closed and presence is broadcast. Only the replicas are stale, until the next alarm.
      console.error(logLine('hang_up_failed', errorFields(error)));
    }
  }

  /** A socket that fails must not stop a broadcast. */
  #write(socket: WebSocket, { text, bytes }: EncodedFrame): void {
    try {
      socket.send(text);
      if (this.#slowConsumers.countSent(socket, bytes)) this.#store.save(socket);
    } catch {
      // Its close event follows.
    }
  }
}
