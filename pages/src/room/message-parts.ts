/** Parses the text of a message into plain text, links, mentions and code blocks. */
import type { Message } from '../../../client/index.ts';

export type Part = { kind: 'text' | 'link' | 'mention' | 'own-mention' | 'code'; text: string };

interface Span {
  kind: Part['kind'];
  start: number;
  end: number;
}

const urlPattern = /https?:\/\/[^\s<>"「」『』（）【】、。]+/gu;

/** Removes punctuation after a URL, and a closing parenthesis that was opened before it. */
function trimUrl(url: string): string {
  const trimmed = url.replace(/[.,:;!?'*_~]+$/u, '');
  return trimmed.endsWith(')') && !trimmed.includes('(') ? trimUrl(trimmed.slice(0, -1)) : trimmed;
}

function* findLinks(text: string): Generator<Span> {
  for (const { 0: found, index } of text.matchAll(urlPattern)) {
    const url = trimUrl(found);
    if (URL.canParse(url)) yield { kind: 'link', start: index, end: index + url.length };
  }
}

/** Finds code blocks between lines of three backticks, including the line break after them. */
function* findCode(text: string): Generator<Span> {
  for (const { 0: fenced, index } of text.matchAll(/^```[^\n`]*\n[\s\S]*?\n```$\n?/gmu)) {
    yield { kind: 'code', start: index, end: index + fenced.length };
  }
}

/**
 * Splits a text into parts in order. Joined they are the text again, except for the lines of backticks.
 * @param selfId the id of the user, whose mentions are `own-mention`
 */
export function parseMessageParts(
  { text, mentions = [] }: Pick<Message, 'text' | 'mentions'>,
  selfId?: string,
): Part[] {
  const mentionSpans = mentions.map(({ id, start, length }): Span => {
    return { kind: id === selfId ? 'own-mention' : 'mention', start, end: start + length };
  });
  // Earlier spans win over later ones that overlap: code, links, then mentions; among people of one name, the user.
  const ownMentions = mentionSpans.filter(({ kind }) => kind === 'own-mention');
  const spans: Span[] = [];
  for (const span of [...findCode(text), ...findLinks(text), ...ownMentions, ...mentionSpans]) {
    if (!spans.some(({ start, end }) => span.start < end && start < span.end)) spans.push(span);
  }
  const parts: Part[] = [];
  let at = 0;
  for (const { kind, start, end } of spans.sort((one, other) => one.start - other.start)) {
    if (start > at) parts.push({ kind: 'text', text: text.slice(at, start) });
    const content = text.slice(start, end);
    parts.push({ kind, text: kind === 'code' ? content.replace(/^.*\n|\n```\n?$/gu, '') : content });
    at = end;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}
