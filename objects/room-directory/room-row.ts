/** A row of the table `rooms`. Times are milliseconds since 1970; docs/storage-schema.md describes the columns. */
export type RoomRow = {
  id: number;
  link: string;
  revision: number;
  deleted_at: number | null;
  title: string;
  about: string;
  /** JSON array of strings. */
  tags: string;
  unlisted: number;
  salt: string;
  admin_digest: string;
  created_at: number;
  updated_at: number;
  active_at: number;
  participant_count: number;
  posted: number;
  behind_since: number | null;
  is_listed: number;
};

export function tagsOf(row: Pick<RoomRow, 'tags'>): string[] {
  return JSON.parse(row.tags);
}
