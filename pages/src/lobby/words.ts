/** All texts of the lobby, in each language. */
import { inLanguage } from '../language.ts';
import { en as commonEn, ja as commonJa, counted, number } from '../words.ts';

const ja = {
  ...commonJa,

  // Lobby: the list
  headline: 'リンクひとつで、はじまる部屋。',
  introduction: '登録はいりません。部屋をつくってリンクを送れば、相手は開くだけで話せます。',
  rooms: '部屋の一覧',
  roomCount: (count: number) => `${number(count)}の部屋`,
  here: '人',
  madeOn: (day: string) => `${day}から`,
  withTag: (tag: string) => `タグ「${tag}」で絞る`,
  allRooms: 'すべての部屋を見る',
  loadingRooms: '部屋の一覧を読み込んでいます。',
  roomsFailed: '部屋の一覧を読み込めませんでした。',
  noRooms: '部屋はまだありません',
  noRoomsWithTag: (tag: string) => `「${tag}」の部屋はまだありません`,
  beTheFirst: '最初のひとりになってください。題名とリンクだけで始められます。',
  more: '続きを見る',
  shownOf: (shown: number, total: number) => `${number(total)}のうち${number(shown)}を表示`,

  // Lobby: making a room
  makeRoom: '部屋をつくる',
  makeRoomHint: '題名とリンクだけで始められます。',
  title: '題名',
  titleMissing: '題名を入れてください。',
  about: '説明',
  optional: '任意',
  link: 'リンク',
  linkIfBlank: '空欄ならこのリンクになります。',
  linkLetters: '使えるのは半角の英数字、ハイフン、下線です。',
  linkReserved: 'このリンクは使えません。別のリンクにしてください。',
  linkTaken: '使われています。',
  linkTakenFree: '使われています。空いているのはこちら。',
  tags: 'タグ',
  addTag: 'タグを足す',
  removeTag: (tag: string) => `${tag} を外す`,
  tooManyTags: (most: number) => `タグは${number(most)}個までです。`,
  tagsHint: 'Enter か読点で区切ります。',
  unlisted: '一覧に出さない（リンクを知る人だけ）',
  make: 'つくって入る',
  making: 'つくっています',
  adminTokenTitle: 'この部屋の管理トークンです',
  adminTokenWarning:
    '表示されるのは今だけです。失くすと、ほかの端末からは部屋を管理できません。人に渡すと、その人も管理者になります。',
  adminTokenKept: 'この端末には保存しました。',
  adminTokenNotKept: 'この端末には保存できませんでした。必ず控えてください。',
  adminTokenNoted: '控えたので部屋へ',
};

const en: typeof ja = {
  ...commonEn,

  headline: 'A room is a link.',
  introduction: 'No sign-up. Make a room, send the link, and whoever opens it is already talking.',
  rooms: 'Rooms',
  roomCount: (rooms) => counted(rooms, 'room'),
  here: 'here',
  madeOn: (day) => `since ${day}`,
  withTag: (tag) => `Only rooms with the tag ${tag}`,
  allRooms: 'Show all rooms',
  loadingRooms: 'Loading the rooms.',
  roomsFailed: 'The rooms could not be loaded.',
  noRooms: 'There are no rooms yet',
  noRoomsWithTag: (tag) => `There are no rooms with “${tag}” yet`,
  beTheFirst: 'Be the first. A title and a link are all it takes.',
  more: 'Show more',
  shownOf: (shown, total) => `${shown.toLocaleString('en')} of ${total.toLocaleString('en')}`,

  makeRoom: 'Make a room',
  makeRoomHint: 'A title and a link are all it takes.',
  title: 'Title',
  titleMissing: 'Give the room a title.',
  about: 'Description',
  optional: 'optional',
  link: 'Link',
  linkIfBlank: 'Left blank, this is the link.',
  linkLetters: 'Use letters, digits, hyphens and underscores.',
  linkReserved: 'This link cannot be used. Choose another.',
  linkTaken: 'This link is taken.',
  linkTakenFree: 'This link is taken. These are free:',
  tags: 'Tags',
  addTag: 'Add a tag',
  removeTag: (tag) => `Remove ${tag}`,
  tooManyTags: (most) => `At most ${most} tags.`,
  tagsHint: 'Separate them by Enter or a comma.',
  unlisted: 'Keep it off the list (link only)',
  make: 'Make it and go in',
  making: 'Making it',
  adminTokenTitle: 'This is the admin token of the room',
  adminTokenWarning:
    'It is shown only now. Without it you cannot run the room from another device. Whoever you give it to is an admin too.',
  adminTokenKept: 'It is kept on this device.',
  adminTokenNotKept: 'It could not be kept on this device. Be sure to note it down.',
  adminTokenNoted: 'Noted, go in',
};

/** The texts in the page's language. */
export const words = inLanguage({ ja, en });
