/**
 * The messages that a client holds: one stretch of the log without a gap, the newest of it as a rule, and another
 * after a jump. Messages are upserts by id, of two states of one the later counts.
 */
import type { HistoryAnswer } from '../shared/frames.ts';
import type { Message, Reaction } from '../shared/message.ts';

/** What of a room's state is about its messages. */
export interface Stretch {
  /** By id. */
  messages: Message[];
  /** Whether older messages may exist than the first of `messages`. */
  hasOlder: boolean;
  /** Whether newer ones exist than the last, as after a jump: what arrives then waits until one comes back. */
  hasNewer: boolean;
  /** The id of the newest message that is known of; 0 where there is none. */
  newestId: number;
}

/** The question to which a page is the answer, as its `ref` says. */
export const pageRefs = { older: 'older', newer: 'newer', around: 'around', newest: 'newest' } as const;

const lastOf = (messages: readonly Message[]) => messages.at(-1)?.id ?? 0;

/** Puts in messages that are new, or have changed; what lies outside the stretch waits for its page. */
export function withChanges(stretch: Stretch, changed: readonly Message[], selfId?: string): Stretch {
  const newestId = Math.max(stretch.newestId, ...changed.map(({ id }) => id));
  return { ...put(stretch, withinReach(stretch, changed), selfId), newestId };
}

/** The newest page, in place of all that was known. */
export function newestPage(messages: Message[], floor: number): Stretch {
  return { messages, hasOlder: goesBack(messages, floor), hasNewer: false, newestId: lastOf(messages) };
}

/** The stretch with a page that was asked for. */
export function withPage(stretch: Stretch, { ref, messages, floor }: HistoryAnswer): Stretch {
  const newestId = Math.max(stretch.newestId, lastOf(messages));
  const hasNewer = messages.length > 0 && lastOf(messages) < newestId;
  switch (ref) {
    case pageRefs.older:
      return { ...put(stretch, messages), hasOlder: goesBack(messages, floor) };
    case pageRefs.newer:
      return { ...put(stretch, messages), hasNewer, newestId };
    case pageRefs.around:
    case pageRefs.newest:
      return { messages, hasOlder: goesBack(messages, floor), hasNewer, newestId };
    default:
      return stretch;
  }
}

/** Without what is no longer kept. */
export function aboveFloor<T extends Stretch>(stretch: T, floor: number): T {
  const [first] = stretch.messages;
  if (first === undefined || first.id >= floor) return stretch;
  return { ...stretch, messages: stretch.messages.filter(({ id }) => id >= floor) };
}

/** The last so many: what was let go of is loaded again where it is wanted. */
export function trimmed<T extends Stretch>(stretch: T, keep: number): T {
  if (stretch.messages.length <= keep) return stretch;
  return { ...stretch, messages: stretch.messages.slice(-keep), hasOlder: true };
}

/** With one's own reaction given or taken back, before the room has said so. */
export function withReaction<T extends Stretch>(stretch: T, messageId: number, emoji: string, on: boolean): T {
  const messages = stretch.messages.map((message) =>
    message.id === messageId ? { ...message, reactions: reacted(message.reactions, emoji, on) } : message,
  );
  return { ...stretch, messages };
}

function reacted(reactions: readonly Reaction[], emoji: string, on: boolean): Reaction[] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (Boolean(known?.mine) === on) return [...reactions];
  if (!known) return [...reactions, { emoji, count: 1, participants: [], mine: true }];
  const { mine: _, ...rest } = known;
  const changed = { ...rest, count: known.count + (on ? 1 : -1), ...(on && { mine: true }) };
  return reactions.map((one) => (one === known ? changed : one)).filter(({ count }) => count > 0);
}

function goesBack([first]: readonly Message[], floor: number): boolean {
  return first !== undefined && first.id > floor;
}

function withinReach({ messages, hasOlder, hasNewer }: Stretch, changed: readonly Message[]): readonly Message[] {
  const [first] = messages;
  const least = first && hasOlder ? first.id : 0;
  const most = hasNewer ? lastOf(messages) : Number.POSITIVE_INFINITY;
  return changed.filter(({ id }) => id >= least && id <= most);
}

function put(stretch: Stretch, messages: readonly Message[], selfId?: string): Stretch {
  if (messages.length === 0) return stretch;
  const byId = new Map(stretch.messages.map((message) => [message.id, message]));
  for (const message of messages) {
    const known = byId.get(message.id);
    if (!known || known.rev <= message.rev) byId.set(message.id, known ? keepOwn(known, message, selfId) : message);
  }
  return { ...stretch, messages: [...byId.values()].sort((one, other) => one.id - other.id) };
}

/**
 * A broadcast does not say which reactions are one's own. Where it names all who reacted, that is seen from it; else
 * what was known stays.
 */
function keepOwn(known: Message, newer: Message, selfId: string | undefined): Message {
  const own = new Set(known.reactions.flatMap(({ emoji, mine }) => (mine ? emoji : [])));
  const isMine = ({ emoji, count, participants, mine }: Reaction) =>
    mine || (selfId !== undefined && participants.length === count ? participants.includes(selfId) : own.has(emoji));
  if (newer.reactions.length === 0) return newer;
  return { ...newer, reactions: newer.reactions.map((one) => (isMine(one) ? { ...one, mine: true } : one)) };
}
