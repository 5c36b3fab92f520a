/** The texts of where a room stops, in each language: they are loaded when it does. */
import { localized } from '../language.ts';
import { en as roomEn, ja as roomJa } from './words.ts';

const ja = {
  ...roomJa,

  notFoundTitle: 'この部屋は見つかりません',
  notFound: 'リンクの綴りをお確かめください。このリンクはまだ誰も使っていないので、あなたの部屋にできます。',
  createWithLink: (link: string) => `「${link}」で部屋をつくる`,
  deletedTitle: 'この部屋は削除されました',
  deletedRoom: '管理者が閉じました。会話は残っていません。',
  forbiddenTitle: 'この部屋には入れません',
  forbidden: '管理者があなたの出入りを止めています。',
  forbiddenOrigin: 'このページからは、部屋につなぐことが許可されていません。',
  expiry: '期限',
  kickedTitle: '部屋から退室になりました',
  kicked: '管理者が退室させました。入り直すことはできます。',
  privateTitle: '招待された人の部屋です',
  privateText: '招待リンクを開くか、受けとった鍵を入れてください。',
  invitationExpired: '招待の期限が過ぎています。新しい招待を受けとるか、鍵を入れてください。',
  wrongKey: '鍵が違います。綴りをお確かめください。',
  unauthorizedTitle: 'この端末の印が受け付けられませんでした',
  unauthorizedText: '新しい参加者としてなら入れます。これまでの書き込みは、別の人のものとして残ります。',
  joinAsNewParticipant: '新しい参加者として入る',
  endedTitle: '接続が終わりました',
  ended: '部屋は続いています。つなぎ直すと戻れます。',
  connectAgain: 'もう一度つなぐ',
};

const en: typeof ja = {
  ...roomEn,

  notFoundTitle: 'There is no room here',
  notFound: 'Check the spelling of the link. Nobody uses this one yet, so you can make it your room.',
  createWithLink: (link) => `Make a room at “${link}”`,
  deletedTitle: 'This room was deleted',
  deletedRoom: 'An admin closed it. Nothing of the conversation is kept.',
  forbiddenTitle: 'You cannot enter this room',
  forbidden: 'An admin has shut you out.',
  forbiddenOrigin: 'This page may not connect to the room.',
  expiry: 'Until',
  kickedTitle: 'You were removed from the room',
  kicked: 'An admin removed you. You may come back in.',
  privateTitle: 'This room is by invitation',
  privateText: 'Open your invitation, or enter the key that you were given.',
  invitationExpired: 'Your invitation has expired. Ask for a new one, or enter the key.',
  wrongKey: 'This is not the key. Check its spelling.',
  unauthorizedTitle: 'This device was not recognised',
  unauthorizedText: 'You can enter as a new person. What you wrote before stays, as someone else’s.',
  joinAsNewParticipant: 'Enter as a new person',
  endedTitle: 'The connection has ended',
  ended: 'The room goes on. Connect again to return.',
  connectAgain: 'Connect again',
};

/** The texts in the page's language. */
export const words = localized({ ja, en });
