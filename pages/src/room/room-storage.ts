/**
 * Data of rooms stored on this device: drafts, unsent messages, join keys and settings. Drafts and unsent messages have
 * a `storageKey`, which identifies a participant in a room; without one they are not stored.
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

/** @returns undefined if the text is not JSON: users can edit `localStorage` */
function parseJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** The key that sends a message: Enter, or Ctrl+Enter. */
export type SendKey = 'enter' | 'ctrl';

const sendKeyKey = 'flexio:send-key';

export const roomStorage = {
  draft: (storageKey: string | undefined): string => (storageKey && readItem(itemKey('draft', storageKey))) || '',
  /** @returns whether the draft was persisted and survives a reload */
  saveDraft: (storageKey: string | undefined, text: string): boolean =>
    storageKey !== undefined && setOrRemove(itemKey('draft', storageKey), text),

  /** Unsent messages in the order in which they were written. */
  outgoing: (storageKey: string): OutgoingMessage[] =>
    readItemsWithPrefix(itemKey('outgoing', storageKey, ''))
      .flatMap((text) => parseJson<OutgoingMessage>(text) ?? [])
      .sort((one, other) => one.createdAt - other.createdAt),
  saveOutgoing: (storageKey: string, message: OutgoingMessage): boolean =>
    writeItem(itemKey('outgoing', storageKey, message.clientId), JSON.stringify(message)),
  removeOutgoing: (storageKey: string, clientId: string): void => removeItem(itemKey('outgoing', storageKey, clientId)),

  /** Ids of the participants hidden by the user. */
  hiddenPeople: (link: string): string[] => parseJson<string[]>(readItem(itemKey('hidden', link)) ?? '[]') ?? [],
  saveHiddenPeople: (link: string, ids: readonly string[]): boolean =>
    writeItem(itemKey('hidden', link), JSON.stringify(ids)),

  /** The join key of a private room, or an invitation to it. */
  joinKey: (link: string): string | undefined => readItem(itemKey('join-key', link)),
  saveJoinKey: (link: string, key: string | undefined): boolean => setOrRemove(itemKey('join-key', link), key),

  /** Whether notifications of new messages are enabled. */
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
