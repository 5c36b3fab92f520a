/** The origin of the service, and the URLs of rooms. */

/** The origin of these scripts. In a page that embeds the widget it differs from `location.origin`. */
const siteOrigin = new URL(import.meta.url).origin;

/** Whether this is a page of the site itself, not a page that embeds the widget. */
export const isOwnSite = location.origin === siteOrigin;

export const origin: string = import.meta.env.VITE_API_ORIGIN || siteOrigin;

/** @returns the path of a room's page */
export function roomPath(link: string): string {
  return `/chat/${encodeURIComponent(link)}/`;
}

/** @returns the URL of a room's page, for sharing */
export function roomUrl(link: string): string {
  return new URL(roomPath(link), siteOrigin).href;
}
