/** A message in the log: tile or time in the margin, then who and what. */
import type { ComponentChildren } from 'preact';
import type { Message } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { clockTime, dayName, wholeTime } from '../times.ts';
import type { Line, Said } from './lines.ts';
import { PersonName } from './person-name.tsx';
import { Tile } from './tile.tsx';
import { words } from './words.ts';

export function DateRule({ at }: { at: number }) {
  return (
    <div class="date-rule">
      <h2>{dayName(at)}</h2>
    </div>
  );
}

function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={wholeTime(at)}>
      {clockTime(at)}
    </time>
  );
}

/** The margin of a line. */
export function LineMargin({ line: { isFirst, said } }: { line: Line<Said> }) {
  return (
    <div class="line-margin">
      {isFirst ? <Tile id={said.author.id} name={said.author.name} /> : <Time at={said.createdAt} />}
    </div>
  );
}

/** Beside the margin: the author where a group begins, then the rest. */
export function LineWords({ line: { isFirst, said }, children }: { line: Line<Said>; children: ComponentChildren }) {
  return (
    <div class="line-words">
      {isFirst && (
        <p class="who">
          <PersonName person={said.author} />
          <Time at={said.createdAt} />
        </p>
      )}
      {children}
    </div>
  );
}

interface MessageLineProps {
  line: Line<Message>;
  isOwn: boolean;
  /** Says below it that it was sent. */
  isNewestOwn: boolean;
}

export function MessageLine({ line, isOwn, isNewestOwn }: MessageLineProps) {
  const { said: message, isFirst, startsDay } = line;
  const { deleted, edited, sent } = words.value;
  const isDeleted = message.deletedAt !== undefined;
  return (
    <>
      {startsDay && <DateRule at={message.createdAt} />}
      <article
        class={`line message ${isFirst ? 'is-first' : ''} ${isOwn ? 'is-own' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-message-id={message.id}
      >
        <LineMargin line={line} />
        <LineWords line={line}>
          {isDeleted ? (
            <p class="deleted">{deleted}</p>
          ) : (
            <p class="text" dir="auto">
              {message.text}
            </p>
          )}
          {message.editedAt !== undefined && !isDeleted && <p class="fate">{edited}</p>}
          {isNewestOwn && !isDeleted && (
            <p class="fate">
              <Icon name="check" small />
              {sent}
            </p>
          )}
        </LineWords>
      </article>
    </>
  );
}
