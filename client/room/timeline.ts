/**
 * The messages that a client has loaded: one range of the log without gaps, which contains the newest message except
 * after a jump. Messages are upserted by id; of two versions the one with the higher `rev` is kept.
 */

import { clientLimits as limits } from '../../shared/client-limits.ts';
import type { Message, Reaction } from '../../shared/message.ts';
import type { ServerHistoryFrame } from '../../shared/server-frames.ts';

/** The part of a room's state that is about messages. */
export interface Timeline {
  /** Ordered by id. */
  messages: Message[];
  /** Whether messages before the first loaded one may exist. */
  hasOlder: boolean;
  /** Whether messages after the last loaded one exist, as after a jump. New messages are not added then. */
  hasNewer: boolean;
  /** The id of the newest known message, loaded or not; 0 if there is none. */
  newestId: number;
  /** The lowest retained id. Messages below were removed, but frames about them may still arrive. */
  floor: number;
}

export type PageKind = 'older' | 'newer' | 'around' | 'newest';

/**
 * @param at for `older` and `newer` the id at which the page starts: it is used only while the loaded range ends there.
 *   For jumps any number that is unique
 * @returns the `ref` of a page request, from which `applyPage` reads both again
 */
export function pageRef(kind: PageKind, at: number): string {
  return `${kind}-${at}`;
}

const lastId = (messages: readonly Message[]) => messages.at(-1)?.id ?? 0;

/**
 * Upserts new and changed messages. Messages outside the loaded range are ignored: their page will contain them.
 * @param selfId this client's participant, if the messages come from a broadcast, which has no `mine`
 */
export function applyChanges<T extends Timeline>(timeline: T, changed: readonly Message[], selfId?: string): T {
  const newestId = Math.max(timeline.newestId, ...changed.map(({ id }) => id));
  return { ...upsert(timeline, inLoadedRange(timeline, changed), selfId), newestId };
}

/** @returns a timeline of the newest page only */
export function fromNewestPage(messages: Message[], floor: number): Timeline {
  return { messages, hasOlder: hasOlderThan(messages, floor), hasNewer: false, newestId: lastId(messages), floor };
}

/**
 * Adds a requested page. Ignored if the loaded range has changed since the request: by a jump, reconnect or trimming.
 */
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

/** Removes the messages below the floor. */
export function dropBelowFloor<T extends Timeline>(timeline: T, floor: number): T {
  if (floor <= timeline.floor) return timeline;
  const messages = timeline.messages.filter(({ id }) => id >= floor);
  return { ...timeline, messages, hasOlder: timeline.hasOlder && hasOlderThan(messages, floor), floor };
}

/** Keeps the newest `keep` messages, at least one. The others can be loaded again. */
export function keepNewest<T extends Timeline>(timeline: T, keep: number): T {
  const count = Math.max(keep, 1);
  if (timeline.messages.length <= count) return timeline;
  return { ...timeline, messages: timeline.messages.slice(-count), hasOlder: true };
}

/** A reaction that this client adds or removes. */
export interface OwnReaction {
  messageId: number;
  emoji: string;
  on: boolean;
  /** If it is undone: the message's `rev` when it was applied. Later versions from the room do not count it. */
  appliedAtRev?: number;
}

/** Applies a reaction before the room has confirmed it, or undoes it after the room refused it. */
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
  const participants = on && others.length < limits.message.reactionParticipants ? [...others, selfId] : others;
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
 * A broadcast does not have `mine`. If it lists all participants of a reaction, `mine` follows from the list; otherwise
 * the known value is kept.
 */
function preserveMine(existing: Message, newer: Message, selfId: string): Message {
  if (newer.reactions.length === 0) return newer;
  const own = new Set(existing.reactions.flatMap(({ emoji, mine }) => (mine ? emoji : [])));
  const isMine = ({ emoji, count, participants }: Reaction) =>
    participants.length === count ? participants.includes(selfId) : own.has(emoji);
  return { ...newer, reactions: newer.reactions.map((one) => (isMine(one) ? { ...one, mine: true } : one)) };
}
