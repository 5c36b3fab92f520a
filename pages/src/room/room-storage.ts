/**
 * What this device keeps of a room: what was written and not sent, the key to it, and how one likes it. What was written
 * is kept under a `box`, which is one person's in one room; without a box it is not kept.
 */
import type { OutgoingMessage } from '../../../client/index.ts';
import { readItem, readItemsWithPrefix, removeItem, writeItem } from '../storage.ts';

const itemKey = (kind: string, link: string, id?: string) =>
  `flexio:${kind}:${link}${id === undefined ? '' : `:${id}`}`;

function setOrRemove(key: string, value: string | undefined): boolean {
  if (value) return writeItem(key, value);
  removeItem(key);
  return false;
}

/** What a text holds; undefined where it is not JSON, as somebody may have changed it. */
function parseJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Which key sends. */
export type SendKey = 'enter' | 'ctrl';

const sendKeyKey = 'flexio:send-key';

export const roomStorage = {
  /** What is being written. */
  draft: (storageKey: string | undefined): string => (storageKey && readItem(itemKey('draft', storageKey))) || '',
  /** @returns whether it outlives this page */
  saveDraft: (storageKey: string | undefined, text: string): boolean =>
    storageKey !== undefined && setOrRemove(itemKey('draft', storageKey), text),

  /** Messages that wait to be sent, in the order in which they were written. */
  outgoing: (storageKey: string): OutgoingMessage[] =>
    readItemsWithPrefix(itemKey('outgoing', storageKey, ''))
      .flatMap((text) => parseJson<OutgoingMessage>(text) ?? [])
      .sort((one, other) => one.createdAt - other.createdAt),
  saveOutgoing: (storageKey: string, message: OutgoingMessage): boolean =>
    writeItem(itemKey('outgoing', storageKey, message.clientId), JSON.stringify(message)),
  removeOutgoing: (storageKey: string, clientId: string): void => removeItem(itemKey('outgoing', storageKey, clientId)),

  /** People whom one does not want to see, by their ids. */
  hiddenPeople: (link: string): string[] => parseJson<string[]>(readItem(itemKey('hidden', link)) ?? '[]') ?? [],
  saveHiddenPeople: (link: string, ids: readonly string[]): boolean =>
    writeItem(itemKey('hidden', link), JSON.stringify(ids)),

  /** The join key of a private room, or an invitation to it. */
  joinKey: (link: string): string | undefined => readItem(itemKey('join-key', link)),
  saveJoinKey: (link: string, key: string | undefined): boolean => setOrRemove(itemKey('join-key', link), key),

  /** Whether one wants to be told of new messages. */
  notificationsEnabled: (link: string): boolean => readItem(itemKey('notify', link)) === 'on',
  setNotificationsEnabled: (link: string, on: boolean): boolean =>
    setOrRemove(itemKey('notify', link), on ? 'on' : undefined),

  get sendKey(): SendKey {
    return readItem(sendKeyKey) === 'ctrl' ? 'ctrl' : 'enter';
  },

  set sendKey(key: SendKey) {
    writeItem(sendKeyKey, key);
  },
};
