/** What a chat link may be, for the schemas and for a page that checks while one types. */

/** Links that would hide a documented path. */
export const reservedLinks: readonly string[] = ['new', 'list', 'update', 'delete'];

/** What a chat link is made of. */
export const linkPattern = /^[A-Za-z0-9_-]{1,64}$/;
