/** The state machine of a connection: which transitions are allowed, and that `RoomState.phase` follows it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConnectionEvent,
  type ConnectionState,
  initialConnectionState,
  nextConnectionState,
} from '../../client/room/connection-state.ts';
import { initialState, type RoomEvent, reduce } from '../../client/room/room-state.ts';
import { ready } from './frames.ts';

type Name = ConnectionState['name'];

const names: Name[] = ['connecting', 'authenticating', 'live', 'recovering', 'ended'];
const events: ConnectionEvent[] = ['opened', 'ready', 'gap', 'reconnect', 'lost', 'ended'];

const allowed: [Name, ConnectionEvent, Name][] = [
  ['connecting', 'opened', 'authenticating'],
  ['connecting', 'reconnect', 'connecting'],
  ['connecting', 'lost', 'connecting'],
  ['connecting', 'ended', 'ended'],
  ['authenticating', 'ready', 'live'],
  ['authenticating', 'reconnect', 'connecting'],
  ['authenticating', 'lost', 'connecting'],
  ['authenticating', 'ended', 'ended'],
  ['live', 'ready', 'live'],
  ['live', 'gap', 'recovering'],
  ['live', 'lost', 'connecting'],
  ['live', 'ended', 'ended'],
  ['recovering', 'ready', 'live'],
  ['recovering', 'lost', 'connecting'],
  ['recovering', 'ended', 'ended'],
];

const refused = names
  .flatMap((name) => events.map((event): [Name, ConnectionEvent] => [name, event]))
  .filter(([name, event]) => !allowed.some(([from, by]) => from === name && by === event));

const stateNamed = (name: Name): ConnectionState => ({ name, tokenRejected: false });

describe('a transition', () => {
  it.each(allowed)('from %s by %s leads to %s', (from, event, to) => {
    expect(nextConnectionState(stateNamed(from), event)?.name).toBe(to);
  });

  it.each(refused)('from %s by %s is refused', (from, event) => {
    expect(nextConnectionState(stateNamed(from), event)).toBeUndefined();
  });
});

describe('a rejected token', () => {
  /** @param steps events, `lost` with a close code */
  const stateAfter = (...steps: (ConnectionEvent | number)[]) =>
    steps.reduce<ConnectionState>((state, step) => {
      const next =
        typeof step === 'number' ? nextConnectionState(state, 'lost', step) : nextConnectionState(state, step);
      if (!next) throw new Error(`${state.name} refuses ${step}`);
      return next;
    }, initialConnectionState);

  it('is remembered until the room accepts one', () => {
    expect(stateAfter('opened', 4401)).toEqual({ name: 'connecting', tokenRejected: true });
    expect(stateAfter('opened', 4401, 'opened')).toEqual({ name: 'authenticating', tokenRejected: true });
    expect(stateAfter('opened', 4401, 'opened', 'ready')).toEqual({ name: 'live', tokenRejected: false });
    expect(stateAfter('opened', 'ready', 4401)).toEqual({ name: 'connecting', tokenRejected: true });
  });

  it('is remembered over attempts that fail for another reason, and over a reconnect', () => {
    expect(stateAfter('opened', 4401, 1006, 'reconnect', 'opened', 1006).tokenRejected).toBe(true);
    expect(stateAfter('opened', 1006, 4429, 'opened').tokenRejected).toBe(false);
  });
});

it('the public phase follows from the connection state, whatever happens', () => {
  const roomEvents: Partial<Record<ConnectionEvent, RoomEvent>> = {
    ready: { type: 'frame', frame: ready(), at: 0 },
    lost: { type: 'lost', at: 7 },
    ended: { type: 'ended', code: 1000, reason: 'Left' },
  };
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 20 }), (steps) => {
      let connection = initialConnectionState;
      let room = initialState;
      let wasLive = false;
      for (const step of steps) {
        const next = nextConnectionState(connection, step);
        if (!next) continue;
        connection = next;
        const event = roomEvents[step];
        if (event) room = reduce(room, event);
        wasLive ||= connection.name === 'live';
      }
      const waiting = wasLive ? 'reconnecting' : 'connecting';
      const phases = {
        connecting: waiting,
        authenticating: waiting,
        live: 'live',
        recovering: 'live',
        ended: 'ended',
      } as const;
      expect(room.phase.name).toBe(phases[connection.name]);
    }),
  );
});
