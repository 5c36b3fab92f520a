/** Where the service is, and the addresses of rooms. */

/** Where these pages are from: in a page of somebody else's, that is not where they are. */
const siteOrigin = new URL(import.meta.url).origin;

/** Whether the page is one of these, and not somebody else's in which a part of them stands. */
export const isOwnSite = location.origin === siteOrigin;

export const origin: string = import.meta.env.VITE_API_ORIGIN || siteOrigin;

/** The page of a room, below the origin of these pages. */
export function roomPath(link: string): string {
  return `/chat/${encodeURIComponent(link)}/`;
}

/** What is copied to invite people. */
export function roomUrl(link: string): string {
  return new URL(roomPath(link), siteOrigin).href;
}
