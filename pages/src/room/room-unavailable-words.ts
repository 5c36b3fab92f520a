/** Texts of the view that replaces a room that is unavailable, in each language. Loaded together with it. */
import { localized } from '../language.ts';
import { en as roomEn, ja as roomJa } from './words.ts';

const ja = {
  ...roomJa,

  notFoundTitle: 'この部屋は見つかりません',
  notFound: 'リンクに誤りがないか確認してください。このリンクは未使用なので、新しい部屋をつくれます。',
  createWithLink: (link: string) => `「${link}」で部屋をつくる`,
  deletedTitle: 'この部屋は削除されました',
  deletedRoom: '管理者が部屋を削除しました。会話は残っていません。',
  forbiddenTitle: 'この部屋には入れません',
  forbidden: '管理者により入室が禁止されています。',
  forbiddenOrigin: 'このページからの接続は許可されていません。',
  expiry: '期限',
  kickedTitle: '部屋から退室させられました',
  kicked: '管理者により退室させられました。もう一度入ることはできます。',
  privateTitle: '招待制の部屋です',
  privateText: '招待リンクを開くか、受け取った鍵を入力してください。',
  invitationExpired: '招待の有効期限が切れています。新しい招待を受け取るか、鍵を入力してください。',
  wrongKey: '鍵が違います。入力内容を確認してください。',
  unauthorizedTitle: 'この端末の認証情報を確認できませんでした',
  unauthorizedText: '新しい参加者としてなら入れます。これまでのメッセージは、別の参加者のものとして残ります。',
  joinAsNewParticipant: '新しい参加者として入る',
  endedTitle: '接続が切れました',
  ended: '部屋は引き続き利用できます。再接続すると戻れます。',
  connectAgain: '再接続',
};

const en: typeof ja = {
  ...roomEn,

  notFoundTitle: 'Room not found',
  notFound: 'Check the spelling of the link. It is not in use, so you can create a room with it.',
  createWithLink: (link) => `Create a room at “${link}”`,
  deletedTitle: 'This room was deleted',
  deletedRoom: 'An admin deleted it. No messages are kept.',
  forbiddenTitle: 'You cannot join this room',
  forbidden: 'An admin has banned you.',
  forbiddenOrigin: 'Connections from this page are not allowed.',
  expiry: 'Until',
  kickedTitle: 'You were removed from the room',
  kicked: 'An admin removed you. You can join again.',
  privateTitle: 'This room is invite-only',
  privateText: 'Open your invitation link, or enter the room key that you received.',
  invitationExpired: 'Your invitation has expired. Ask for a new one, or enter the key.',
  wrongKey: 'Incorrect key. Check the spelling.',
  unauthorizedTitle: 'This device could not be verified',
  unauthorizedText: 'You can join as a new participant. Your earlier messages remain, as those of another participant.',
  joinAsNewParticipant: 'Join as a new participant',
  endedTitle: 'Disconnected',
  ended: 'The room is still available. Reconnect to return.',
  connectAgain: 'Reconnect',
};

/** The texts in the language of the page. */
export const words = localized({ ja, en });
