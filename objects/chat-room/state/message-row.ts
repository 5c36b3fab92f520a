/** Rows of the table `messages`. */
import type { DeletedBy, Message } from '../../../shared/message.ts';
import type { RoleName } from '../../../shared/participant.ts';

/** The columns from which a message is built, and the digest of its original content. */
export type MessageRow = {
  id: number;
  rev: number;
  author_id: string;
  author_name: string;
  author_role: string;
  sent_digest: string;
  text: string;
  created_at: number;
  edited_at: number | null;
  deleted_at: number | null;
  deleted_by: string | null;
  reactions: string;
  mentions: string;
  reply_to: number | null;
};

export const messageColumns =
  'id, rev, author_id, author_name, author_role, sent_digest, text, created_at, edited_at, deleted_at, deleted_by, reactions, mentions, reply_to';

export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    rev: row.rev,
    author: { id: row.author_id, name: row.author_name, role: row.author_role as RoleName },
    text: row.text,
    createdAt: row.created_at,
    ...(row.edited_at !== null && { editedAt: row.edited_at }),
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at, deletedBy: row.deleted_by as DeletedBy }),
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    reactions: JSON.parse(row.reactions),
    ...(row.mentions !== '[]' && { mentions: JSON.parse(row.mentions) }),
  };
}
