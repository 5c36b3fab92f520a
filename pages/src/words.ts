/** Texts shared by all pages, in each language. `en` has the type of `ja`, so neither can lack a text. */

export type Language = 'ja' | 'en';

/** Formats a number for Japanese text: 1,234. */
export const formatNumberJa = (count: number) => count.toLocaleString('ja');

/** Formats a number and its English noun: `1 room`, `2 rooms`. */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const ja = {
  otherLanguage: 'English',
  themes: { system: 'テーマ：端末に合わせる', light: 'テーマ：ライト', dark: 'テーマ：ダーク' },
  close: '閉じる',
  retry: '再試行',
  copy: 'コピー',
  copied: 'コピーしました',
  copyFailed: 'コピーできませんでした',
  charactersLeft: (count: number) => `あと${formatNumberJa(count)}文字`,
  charactersOver: (count: number) => `${formatNumberJa(count)}文字超えています`,
};

export const en: typeof ja = {
  otherLanguage: '日本語',
  themes: { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' },
  close: 'Close',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy',
  charactersLeft: (left) => `${left.toLocaleString('en')} left`,
  charactersOver: (over) => `${over.toLocaleString('en')} over the limit`,
};
