/** The text of a message, with links, mentions and code blocks. Rendered as text nodes, never as HTML. */
import type { Message } from '../../../client/index.ts';
import { type Part, parseMessageParts } from './message-parts.ts';

interface MessageTextProps {
  message: Pick<Message, 'text' | 'mentions'>;
  selfId: string | undefined;
}

export function MessageText({ message, selfId }: MessageTextProps) {
  return (
    <p class="text" dir="auto">
      {parseMessageParts(message, selfId).map(renderPart)}
    </p>
  );
}

function renderPart({ kind, text }: Part) {
  switch (kind) {
    case 'text':
      return text;
    case 'link':
      return (
        <a href={text} target="_blank" rel="noopener noreferrer nofollow ugc">
          {text}
        </a>
      );
    case 'code':
      return <code class="snippet">{text}</code>;
    case 'mention':
    case 'own-mention':
      return <b class={kind === 'mention' ? 'mention' : 'mention is-own'}>{text}</b>;
  }
}
