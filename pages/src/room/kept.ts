/**
 * What this device keeps of a room: what was written and not sent, the key to it, and how one likes it. What was written
 * is kept under a `box`, which is one person's in one room; without a box it is not kept.
 */
import type { OutgoingMessage } from '../../../client/index.ts';
import { forget, recall, recallAll, remember } from '../storage.ts';

const keyOf = (kind: string, link: string, id?: string) => `flexio:${kind}:${link}${id === undefined ? '' : `:${id}`}`;

function keepOrForget(key: string, value: string | undefined): boolean {
  if (value) return remember(key, value);
  forget(key);
  return false;
}

/** What a text holds; undefined where it is not JSON, as somebody may have changed it. */
function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Which key sends. */
export type SendKey = 'enter' | 'ctrl';

const sendKeyKey = 'flexio:send-key';

export const kept = {
  /** What is being written. */
  draft: (box: string | undefined): string => (box && recall(keyOf('draft', box))) || '',
  /** @returns whether it outlives this page */
  keepDraft: (box: string | undefined, text: string): boolean =>
    box !== undefined && keepOrForget(keyOf('draft', box), text),

  /** Messages that wait to be sent, in the order in which they were written. */
  outgoing: (box: string): OutgoingMessage[] =>
    recallAll(keyOf('outgoing', box, ''))
      .flatMap((text) => parse<OutgoingMessage>(text) ?? [])
      .sort((one, other) => one.createdAt - other.createdAt),
  keepOutgoing: (box: string, message: OutgoingMessage): boolean =>
    remember(keyOf('outgoing', box, message.clientId), JSON.stringify(message)),
  forgetOutgoing: (box: string, clientId: string): void => forget(keyOf('outgoing', box, clientId)),

  /** People whom one does not want to see, by their ids. */
  hidden: (link: string): string[] => parse<string[]>(recall(keyOf('hidden', link)) ?? '[]') ?? [],
  keepHidden: (link: string, ids: readonly string[]): boolean => remember(keyOf('hidden', link), JSON.stringify(ids)),

  /** The join key of a private room, or an invitation to it. */
  joinKey: (link: string): string | undefined => recall(keyOf('join-key', link)),
  keepJoinKey: (link: string, key: string | undefined): boolean => keepOrForget(keyOf('join-key', link), key),

  /** Whether one wants to be told of new messages. */
  notifies: (link: string): boolean => recall(keyOf('notify', link)) === 'on',
  keepNotifies: (link: string, on: boolean): boolean => keepOrForget(keyOf('notify', link), on ? 'on' : undefined),

  get sendKey(): SendKey {
    return recall(sendKeyKey) === 'ctrl' ? 'ctrl' : 'enter';
  },

  set sendKey(key: SendKey) {
    remember(sendKeyKey, key);
  },
};
