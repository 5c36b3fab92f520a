/** The texts that every page has, in each language. `en` is as `ja` is, so neither can lack a text. */

export type Language = 'ja' | 'en';

/** 1,234 as Japanese is written. */
export const formatNumberJa = (count: number) => count.toLocaleString('ja');

/** `1 room`, `2 rooms`. */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const ja = {
  otherLanguage: 'English',
  themes: { system: '配色：端末に合わせる', light: '配色：明るい', dark: '配色：暗い' },
  close: '閉じる',
  retry: 'もう一度',
  copy: 'コピー',
  copied: 'コピーしました',
  copyFailed: 'コピーできませんでした',
  charactersLeft: (count: number) => `あと${formatNumberJa(count)}字`,
  charactersOver: (count: number) => `${formatNumberJa(count)}字 多すぎます`,
  serviceUnreachable: 'サービスにつながりません。電波やネットワークを確かめて、もう一度お試しください。',
  rateLimited: '続けて送られました。少し待ってから、もう一度お試しください。',
  requestRejected: (reason: string) => `受け付けられませんでした（${reason}）`,
  /** By how the service begins to say it. */
  failureReasons: {
    Banned: '出入り禁止になっています',
    Muted: 'ミュートされています',
    Locked: '部屋がロックされています',
    'Slow mode': 'スローモードです',
    'Forbidden: Their role': '同じか上の役割の人にはできません',
    'Forbidden: Invalid admin token': '管理トークンが違います',
    Forbidden: '権限がありません',
    'Chat not found': '部屋が見つかりません',
    'Message not found': 'メッセージが見つかりません',
    'Participant not found': 'その人は見つかりません',
    Conflict: 'ほかの変更と重なりました',
    Unauthorized: 'この端末の印が受け付けられませんでした',
    Invalid: '使えない文字や長さです',
  },
};

export const en: typeof ja = {
  otherLanguage: '日本語',
  themes: { system: 'Theme: as on this device', light: 'Theme: light', dark: 'Theme: dark' },
  close: 'Close',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy',
  charactersLeft: (left) => `${left.toLocaleString('en')} left`,
  charactersOver: (over) => `${over.toLocaleString('en')} over the limit`,
  serviceUnreachable: 'The service does not answer. Check your network and try again.',
  rateLimited: 'That was a lot at once. Wait a moment, then try again.',
  requestRejected: (reason) => `This was not accepted (${reason})`,
  failureReasons: {
    Banned: 'you are banned',
    Muted: 'you are muted',
    Locked: 'the room is locked',
    'Slow mode': 'slow mode',
    'Forbidden: Their role': 'their role is as high as yours',
    'Forbidden: Invalid admin token': 'this is not the admin token',
    Forbidden: 'you may not do this',
    'Chat not found': 'there is no such room',
    'Message not found': 'there is no such message',
    'Participant not found': 'there is no such person',
    Conflict: 'it collides with another change',
    Unauthorized: 'this device was not recognised',
    Invalid: 'characters or a length that cannot be used',
  },
};
