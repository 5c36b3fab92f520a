/** Texts of errors, in each language. A room loads them when the first error is shown. */
import { localized } from './language.ts';

const ja = {
  serviceUnreachable: 'サービスに接続できません。ネットワークを確認して、もう一度お試しください。',
  rateLimited: '操作が集中しています。少し待ってから、もう一度お試しください。',
  requestRejected: (reason: string) => `処理できませんでした（${reason}）`,
  /** By the beginning of the failure text that the service sends; the first match counts. */
  failureReasons: {
    Banned: '入室が禁止されています',
    Muted: 'ミュートされています',
    Locked: '部屋がロックされています',
    'Slow mode': 'スローモード中です',
    'Forbidden: Their role': '自分と同じか上の役割の人には実行できません',
    'Forbidden: Invalid admin token': '管理者トークンが違います',
    Forbidden: '権限がありません',
    'Chat not found': '部屋が見つかりません',
    'Message not found': 'メッセージが見つかりません',
    'Participant not found': '参加者が見つかりません',
    Conflict: 'ほかの変更と競合しました',
    Unauthorized: 'この端末の認証情報を確認できませんでした',
    Invalid: '使えない文字が含まれているか、長さが正しくありません',
  },
};

const en: typeof ja = {
  serviceUnreachable: 'Could not reach the service. Check your network and try again.',
  rateLimited: 'Too many requests. Wait a moment, then try again.',
  requestRejected: (reason) => `Request rejected (${reason})`,
  failureReasons: {
    Banned: 'you are banned',
    Muted: 'you are muted',
    Locked: 'the room is locked',
    'Slow mode': 'slow mode',
    'Forbidden: Their role': 'their role is equal to or higher than yours',
    'Forbidden: Invalid admin token': 'incorrect admin token',
    Forbidden: 'you do not have permission',
    'Chat not found': 'room not found',
    'Message not found': 'message not found',
    'Participant not found': 'participant not found',
    Conflict: 'it conflicts with another change',
    Unauthorized: 'this device could not be verified',
    Invalid: 'unsupported characters or length',
  },
};

/** The texts in the language of the page. */
export const words = localized({ ja, en });
