/** Reactions: six stamps to give, a seal in Japanese and a word in English; another emoji is shown as it is. */
import type { Message, Reaction } from '../../../client/index.ts';
import { language } from '../language.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

/** What goes over the wire, and the character that stands for it in a seal. */
export const seals = new Map([
  ['👍', '良'],
  ['🙏', '謝'],
  ['👌', '了'],
  ['😂', '笑'],
  ['🎉', '祝'],
  ['👀', '見'],
]);

export function nameOf(emoji: string): string {
  const { stamps } = words.value;
  return stamps[[...seals.keys()].indexOf(emoji)] ?? emoji;
}

/** How a stamp looks; its name stands beside it. */
export function Seal({ emoji }: { emoji: string }) {
  const seal = seals.get(emoji);
  if (seal === undefined) return <span aria-hidden="true">{emoji}</span>;
  if (language.value === 'en') {
    return (
      <span class="stamp-word" aria-hidden="true">
        {nameOf(emoji)}
      </span>
    );
  }
  return (
    <span class="seal" lang="ja" aria-hidden="true">
      {seal}
    </span>
  );
}

export interface StampsProps {
  view: RoomView;
  message: Message;
}

export const isMine = (message: Message, emoji: string) =>
  message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine === true);

export function toggle(view: RoomView, message: Message, emoji: string): void {
  // A refusal takes it back by itself.
  void view.session.room.react(message.id, emoji, !isMine(message, emoji)).catch(() => undefined);
}

/** Those that a message has. */
export function Stamps({ view, message }: StampsProps) {
  if (message.reactions.length === 0) return null;
  return (
    <div class="stamps">
      {message.reactions.map((reaction) => (
        <Stamp
          key={reaction.emoji}
          reaction={reaction}
          canReact={view.session.canWrite.value}
          onPress={() => toggle(view, message, reaction.emoji)}
        />
      ))}
    </div>
  );
}

interface StampProps {
  reaction: Reaction;
  canReact: boolean;
  onPress: () => void;
}

function Stamp({ reaction: { emoji, count, mine = false }, canReact, onPress }: StampProps) {
  const name = nameOf(emoji);
  return (
    <button
      type="button"
      class="stamp"
      aria-pressed={mine}
      aria-disabled={!canReact}
      title={name}
      onClick={() => canReact && onPress()}
    >
      <Seal emoji={emoji} />
      <span class="unseen">{`${name} `}</span>
      <span>{count}</span>
    </button>
  );
}
