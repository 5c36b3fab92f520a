/** Reactions. Six are offered, as a seal in Japanese and as a word in English; any other emoji is shown unchanged. */
import type { Message, Reaction } from '../../../client/index.ts';
import { language } from '../language.ts';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

/** The emoji sent to the room, and the character of its seal. */
export const reactionSeals = new Map([
  ['👍', '良'],
  ['🙏', '謝'],
  ['👌', '了'],
  ['😂', '笑'],
  ['🎉', '祝'],
  ['👀', '見'],
]);

export function reactionName(emoji: string): string {
  const { reactionNames } = words.value;
  return reactionNames[[...reactionSeals.keys()].indexOf(emoji)] ?? emoji;
}

/** The picture of a reaction. Callers always render its name beside it. */
export function ReactionSeal({ emoji }: { emoji: string }) {
  const seal = reactionSeals.get(emoji);
  if (seal === undefined) return <span aria-hidden="true">{emoji}</span>;
  if (language.value === 'en') {
    return (
      <span class="reaction-word" aria-hidden="true">
        {reactionName(emoji)}
      </span>
    );
  }
  return (
    <span class="reaction-seal" lang="ja" aria-hidden="true">
      {seal}
    </span>
  );
}

export interface ReactionsProps {
  view: RoomViewState;
  message: Message;
}

export const hasReacted = (message: Message, emoji: string) =>
  message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine === true);

export function toggleReaction(view: RoomViewState, message: Message, emoji: string): void {
  // If the room rejects it, the connection reverts it.
  void view.controller.connection.react(message.id, emoji, !hasReacted(message, emoji)).catch(() => undefined);
}

/** The reactions of a message, as toggle buttons. */
export function Reactions({ view, message }: ReactionsProps) {
  if (message.reactions.length === 0) return null;
  return (
    <div class="reactions">
      {message.reactions.map((reaction) => (
        <ReactionButton
          key={reaction.emoji}
          reaction={reaction}
          canReact={view.controller.canWrite.value}
          onPress={() => toggleReaction(view, message, reaction.emoji)}
        />
      ))}
    </div>
  );
}

interface ReactionButtonProps {
  reaction: Reaction;
  canReact: boolean;
  onPress: () => void;
}

function ReactionButton({ reaction: { emoji, count, mine = false }, canReact, onPress }: ReactionButtonProps) {
  const name = reactionName(emoji);
  return (
    <button
      type="button"
      class="reaction"
      aria-pressed={mine}
      aria-disabled={!canReact}
      title={name}
      onClick={() => canReact && onPress()}
    >
      <ReactionSeal emoji={emoji} />
      <span class="visually-hidden">{`${name} `}</span>
      <span>{count}</span>
    </button>
  );
}
