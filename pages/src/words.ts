/** The texts that every page has, in each language. `en` is as `ja` is, so neither can lack a text. */

export type Language = 'ja' | 'en';

/** 1,234 as Japanese is written. */
export const number = (count: number) => count.toLocaleString('ja');

/** `1 room`, `2 rooms`. */
export const counted = (value: number, one: string, many = `${one}s`) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const ja = {
  otherLanguage: 'English',
  themes: { system: '配色：端末に合わせる', light: '配色：明るい', dark: '配色：暗い' },
  close: '閉じる',
  retry: 'もう一度',
  copy: 'コピー',
  copied: 'コピーしました',
  notCopied: 'コピーできませんでした',
  charactersLeft: (count: number) => `あと${number(count)}字`,
  charactersOver: (count: number) => `${number(count)}字 多すぎます`,
  noAnswer: 'サービスにつながりません。電波やネットワークを確かめて、もう一度お試しください。',
  tooOften: '続けて送られました。少し待ってから、もう一度お試しください。',
  refused: (reason: string) => `受け付けられませんでした（${reason}）`,
  /** By how the service begins to say it. */
  reasons: {
    Banned: '出入り禁止になっています',
    Muted: 'ミュートされています',
    Locked: '部屋がロックされています',
    'Slow mode': 'スローモードです',
    'Forbidden: Their role': '同じか上の役割の人にはできません',
    'Forbidden: Only': '権限がありません',
    'Forbidden: Invalid admin token': '管理トークンが違います',
    'Chat not found': '部屋が見つかりません',
    'Message not found': 'メッセージが見つかりません',
    'Participant not found': 'その人は見つかりません',
  },
};

export const en: typeof ja = {
  otherLanguage: '日本語',
  themes: { system: 'Theme: as on this device', light: 'Theme: light', dark: 'Theme: dark' },
  close: 'Close',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Could not copy',
  charactersLeft: (left) => `${left.toLocaleString('en')} left`,
  charactersOver: (over) => `${over.toLocaleString('en')} over the limit`,
  noAnswer: 'The service does not answer. Check your network and try again.',
  tooOften: 'That was a lot at once. Wait a moment, then try again.',
  refused: (reason) => `This was not accepted (${reason})`,
  reasons: {
    Banned: 'you are banned',
    Muted: 'you are muted',
    Locked: 'the room is locked',
    'Slow mode': 'slow mode',
    'Forbidden: Their role': 'their role is as high as yours',
    'Forbidden: Only': 'you may not do this',
    'Forbidden: Invalid admin token': 'this is not the admin token',
    'Chat not found': 'there is no such room',
    'Message not found': 'there is no such message',
    'Participant not found': 'there is no such person',
  },
};
