/** Format of chat links, for the schemas and for pages that check input. */

/** Links that would collide with a documented path. */
export const reservedLinks: readonly string[] = ['new', 'list', 'update', 'delete'];

export const linkPattern = /^[A-Za-z0-9_-]{1,64}$/;
