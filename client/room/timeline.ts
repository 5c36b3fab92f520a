/**
 * The messages that a client holds: one stretch of the log without a gap, the newest of it as a rule, and another
 * after a jump. Messages are upserts by id, of two states of one the later counts.
 */
import type { ServerHistoryFrame } from '../../shared/frames.ts';
import { clientLimits as limits } from '../../shared/limits.ts';
import type { Message, Reaction } from '../../shared/message.ts';

/** What of a room's state is about its messages. */
export interface Timeline {
  /** By id. */
  messages: Message[];
  /** Whether older messages may exist than the first of `messages`. */
  hasOlder: boolean;
  /** Whether newer ones exist than the last, as after a jump: what arrives then waits until one comes back. */
  hasNewer: boolean;
  /** The id of the newest message that is known of; 0 where there is none. */
  newestId: number;
  /** The least id that is still kept: what lies below has gone, and may yet be heard of. */
  floor: number;
}

export type PageKind = 'older' | 'newer' | 'around' | 'newest';

/**
 * Says to which question a page is the answer.
 * @param at where `older` and `newer` set in: such a page is of use only while the stretch ends there; else a number
 */
export function pageRef(kind: PageKind, at: number): string {
  return `${kind}-${at}`;
}

const lastId = (messages: readonly Message[]) => messages.at(-1)?.id ?? 0;

/**
 * Puts in messages that are new, or have changed; what lies outside the stretch waits for its page.
 * @param selfId of whom broadcasts do not say which reactions are theirs; without it the messages do
 */
export function applyChanges<T extends Timeline>(timeline: T, changed: readonly Message[], selfId?: string): T {
  const newestId = Math.max(timeline.newestId, ...changed.map(({ id }) => id));
  return { ...upsert(timeline, inLoadedRange(timeline, changed), selfId), newestId };
}

/** The newest page, in place of all that was known. */
export function fromNewestPage(messages: Message[], floor: number): Timeline {
  return { messages, hasOlder: hasOlderThan(messages, floor), hasNewer: false, newestId: lastId(messages), floor };
}

/** The stretch with a page that was asked for; without it where a jump, a loss or trimming came between. */
export function applyPage<T extends Timeline>(before: T, { ref, messages, floor }: ServerHistoryFrame): T {
  const timeline = dropBelowFloor(before, floor);
  const [kind, at] = String(ref).split('-');
  const newestId = Math.max(timeline.newestId, lastId(messages));
  const hasNewer = messages.length > 0 && lastId(messages) < newestId;
  switch (kind as PageKind) {
    case 'older':
      if (timeline.messages[0]?.id !== Number(at)) return timeline;
      return { ...upsert(timeline, messages), hasOlder: hasOlderThan(messages, floor) };
    case 'newer':
      if (!timeline.hasNewer || lastId(timeline.messages) !== Number(at)) return timeline;
      return { ...upsert(timeline, messages), hasNewer, newestId };
    case 'around':
    case 'newest':
      return { ...timeline, messages, hasOlder: hasOlderThan(messages, floor), hasNewer, newestId };
    default:
      return timeline;
  }
}

/** Without what is no longer kept. */
export function dropBelowFloor<T extends Timeline>(timeline: T, floor: number): T {
  if (floor <= timeline.floor) return timeline;
  const messages = timeline.messages.filter(({ id }) => id >= floor);
  return { ...timeline, messages, hasOlder: timeline.hasOlder && hasOlderThan(messages, floor), floor };
}

/** The last so many, at least one: what was let go of is loaded again where it is wanted. */
export function keepNewest<T extends Timeline>(timeline: T, keep: number): T {
  const count = Math.max(keep, 1);
  if (timeline.messages.length <= count) return timeline;
  return { ...timeline, messages: timeline.messages.slice(-count), hasOlder: true };
}

/** One's own reaction, given or taken back. */
export interface OwnReaction {
  messageId: number;
  emoji: string;
  on: boolean;
  /** Of one that the room refused: the message's `rev` when it was shown. What was heard since counts without it. */
  appliedAtRev?: number;
}

/** With one's own reaction before the room has said so, or without it where the room refused. */
export function applyReaction<T extends Timeline>(timeline: T, selfId: string, own: OwnReaction): T {
  const message = timeline.messages.find(({ id }) => id === own.messageId);
  const existing = message?.reactions.find(({ emoji }) => emoji === own.emoji);
  if (!message || Boolean(existing?.mine) === own.on) return timeline;
  const isAlreadyCounted = own.appliedAtRev !== undefined && own.appliedAtRev !== message.rev;
  const reactions = isAlreadyCounted
    ? message.reactions.map((one) => (one === existing ? withMine(one, own.on) : one))
    : updateReactions(message.reactions, selfId, own);
  const changed = { ...message, reactions };
  return { ...timeline, messages: timeline.messages.map((one) => (one === message ? changed : one)) };
}

function withMine({ mine: _, ...rest }: Reaction, mine: boolean): Reaction {
  return { ...rest, ...(mine && { mine }) };
}

function updateReactions(reactions: readonly Reaction[], selfId: string, { emoji, on }: OwnReaction): Reaction[] {
  const existing = reactions.find((one) => one.emoji === emoji) ?? { emoji, count: 0, participants: [] };
  const others = existing.participants.filter((id) => id !== selfId);
  const participants = on && others.length < limits.reactionParticipants ? [...others, selfId] : others;
  const changed = withMine({ ...existing, count: existing.count + (on ? 1 : -1), participants }, on);
  const all =
    existing.count === 0 ? [...reactions, changed] : reactions.map((one) => (one === existing ? changed : one));
  return all.filter(({ count }) => count > 0);
}

function hasOlderThan([first]: readonly Message[], floor: number): boolean {
  return first !== undefined && first.id > floor;
}

function inLoadedRange(timeline: Timeline, changed: readonly Message[]): readonly Message[] {
  const { messages, hasOlder, hasNewer, floor } = timeline;
  const [first] = messages;
  const minId = first && hasOlder ? first.id : floor;
  const maxId = hasNewer ? lastId(messages) : Number.POSITIVE_INFINITY;
  return changed.filter(({ id }) => id >= minId && id <= maxId);
}

function upsert<T extends Timeline>(timeline: T, messages: readonly Message[], selfId?: string): T {
  if (messages.length === 0) return timeline;
  const byId = new Map(timeline.messages.map((message) => [message.id, message]));
  for (const message of messages) {
    const existing = byId.get(message.id);
    if (existing && existing.rev > message.rev) continue;
    byId.set(message.id, existing && selfId !== undefined ? preserveMine(existing, message, selfId) : message);
  }
  return { ...timeline, messages: [...byId.values()].sort((one, other) => one.id - other.id) };
}

/**
 * A broadcast does not say which reactions are one's own. Where it names all who reacted, that is seen from it; else
 * what was known stays.
 */
function preserveMine(existing: Message, newer: Message, selfId: string): Message {
  if (newer.reactions.length === 0) return newer;
  const own = new Set(existing.reactions.flatMap(({ emoji, mine }) => (mine ? emoji : [])));
  const isMine = ({ emoji, count, participants }: Reaction) =>
    participants.length === count ? participants.includes(selfId) : own.has(emoji);
  return { ...newer, reactions: newer.reactions.map((one) => (isMine(one) ? { ...one, mine: true } : one)) };
}
