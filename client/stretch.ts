/**
 * The messages that a client holds: one stretch of the log without a gap, the newest of it as a rule, and another
 * after a jump. Messages are upserts by id, of two states of one the later counts.
 */
import type { ServerHistoryFrame } from '../shared/frames.ts';
import { clientLimits as limits } from '../shared/limits.ts';
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

const lastOf = (messages: readonly Message[]) => messages.at(-1)?.id ?? 0;

/**
 * Puts in messages that are new, or have changed; what lies outside the stretch waits for its page.
 * @param selfId of whom broadcasts do not say which reactions are theirs; without it the messages do
 */
export function withChanges<T extends Stretch>(stretch: T, changed: readonly Message[], selfId?: string): T {
  const newestId = Math.max(stretch.newestId, ...changed.map(({ id }) => id));
  return { ...put(stretch, withinReach(stretch, changed), selfId), newestId };
}

/** The newest page, in place of all that was known. */
export function newestPage(messages: Message[], floor: number): Stretch {
  return { messages, hasOlder: goesBack(messages, floor), hasNewer: false, newestId: lastOf(messages), floor };
}

/** The stretch with a page that was asked for; without it where a jump, a loss or trimming came between. */
export function withPage<T extends Stretch>(before: T, { ref, messages, floor }: ServerHistoryFrame): T {
  const stretch = aboveFloor(before, floor);
  const [kind, at] = String(ref).split('-');
  const newestId = Math.max(stretch.newestId, lastOf(messages));
  const hasNewer = messages.length > 0 && lastOf(messages) < newestId;
  switch (kind as PageKind) {
    case 'older':
      if (stretch.messages[0]?.id !== Number(at)) return stretch;
      return { ...put(stretch, messages), hasOlder: goesBack(messages, floor) };
    case 'newer':
      if (!stretch.hasNewer || lastOf(stretch.messages) !== Number(at)) return stretch;
      return { ...put(stretch, messages), hasNewer, newestId };
    case 'around':
    case 'newest':
      return { ...stretch, messages, hasOlder: goesBack(messages, floor), hasNewer, newestId };
    default:
      return stretch;
  }
}

/** Without what is no longer kept. */
export function aboveFloor<T extends Stretch>(stretch: T, floor: number): T {
  if (floor <= stretch.floor) return stretch;
  const messages = stretch.messages.filter(({ id }) => id >= floor);
  return { ...stretch, messages, hasOlder: stretch.hasOlder && goesBack(messages, floor), floor };
}

/** The last so many, at least one: what was let go of is loaded again where it is wanted. */
export function trimmed<T extends Stretch>(stretch: T, keep: number): T {
  const count = Math.max(keep, 1);
  if (stretch.messages.length <= count) return stretch;
  return { ...stretch, messages: stretch.messages.slice(-count), hasOlder: true };
}

/** One's own reaction, given or taken back. */
export interface OwnReaction {
  messageId: number;
  emoji: string;
  on: boolean;
  /** Of one that the room refused: the message's `rev` when it was shown. What was heard since counts without it. */
  shownAt?: number;
}

/** With one's own reaction before the room has said so, or without it where the room refused. */
export function withReaction<T extends Stretch>(stretch: T, selfId: string, own: OwnReaction): T {
  const message = stretch.messages.find(({ id }) => id === own.messageId);
  const known = message?.reactions.find(({ emoji }) => emoji === own.emoji);
  if (!message || Boolean(known?.mine) === own.on) return stretch;
  const isCounted = own.shownAt !== undefined && own.shownAt !== message.rev;
  const reactions = isCounted
    ? message.reactions.map((one) => (one === known ? flagged(one, own.on) : one))
    : reacted(message.reactions, selfId, own);
  const changed = { ...message, reactions };
  return { ...stretch, messages: stretch.messages.map((one) => (one === message ? changed : one)) };
}

function flagged({ mine: _, ...rest }: Reaction, mine: boolean): Reaction {
  return { ...rest, ...(mine && { mine }) };
}

function reacted(reactions: readonly Reaction[], selfId: string, { emoji, on }: OwnReaction): Reaction[] {
  const known = reactions.find((one) => one.emoji === emoji) ?? { emoji, count: 0, participants: [] };
  const others = known.participants.filter((id) => id !== selfId);
  const participants = on && others.length < limits.reactionParticipants ? [...others, selfId] : others;
  const changed = flagged({ ...known, count: known.count + (on ? 1 : -1), participants }, on);
  const all = known.count === 0 ? [...reactions, changed] : reactions.map((one) => (one === known ? changed : one));
  return all.filter(({ count }) => count > 0);
}

function goesBack([first]: readonly Message[], floor: number): boolean {
  return first !== undefined && first.id > floor;
}

function withinReach(stretch: Stretch, changed: readonly Message[]): readonly Message[] {
  const { messages, hasOlder, hasNewer, floor } = stretch;
  const [first] = messages;
  const least = first && hasOlder ? first.id : floor;
  const most = hasNewer ? lastOf(messages) : Number.POSITIVE_INFINITY;
  return changed.filter(({ id }) => id >= least && id <= most);
}

function put<T extends Stretch>(stretch: T, messages: readonly Message[], selfId?: string): T {
  if (messages.length === 0) return stretch;
  const byId = new Map(stretch.messages.map((message) => [message.id, message]));
  for (const message of messages) {
    const known = byId.get(message.id);
    if (known && known.rev > message.rev) continue;
    byId.set(message.id, known && selfId !== undefined ? keepOwn(known, message, selfId) : message);
  }
  return { ...stretch, messages: [...byId.values()].sort((one, other) => one.id - other.id) };
}

/**
 * A broadcast does not say which reactions are one's own. Where it names all who reacted, that is seen from it; else
 * what was known stays.
 */
function keepOwn(known: Message, newer: Message, selfId: string): Message {
  if (newer.reactions.length === 0) return newer;
  const own = new Set(known.reactions.flatMap(({ emoji, mine }) => (mine ? emoji : [])));
  const isMine = ({ emoji, count, participants }: Reaction) =>
    participants.length === count ? participants.includes(selfId) : own.has(emoji);
  return { ...newer, reactions: newer.reactions.map((one) => (isMine(one) ? { ...one, mine: true } : one)) };
}
