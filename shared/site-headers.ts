/**
 * Security and cache headers of the static site. The Worker sends them, and the build writes them to a file for hosts
 * that serve the pages from another origin.
 */

export type HeaderFields = Readonly<Record<string, string>>;

/** For all responses: no content sniffing, no `Referer` header in requests from the pages. */
export const commonHeaders: HeaderFields = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };

const yearSeconds = 365 * 24 * 60 * 60;

/** For all responses over HTTPS. */
export const httpsHeaders: HeaderFields = { 'Strict-Transport-Security': `max-age=${yearSeconds}` };

/** Browser features that the pages do not use and therefore disable. */
const unusedFeatures: readonly string[] = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'sync-xhr',
  'usb',
  'xr-spatial-tracking',
];

/** The origin of the service that a page connects to. */
export interface ServiceOrigin {
  origin: string;
  /** Whether the page is served from this origin too. */
  isSameOrigin: boolean;
}

/** The WebSocket origin is explicit, because `'self'` includes `ws:` and `wss:` in newer browsers only. */
function contentSecurityPolicy({ origin, isSameOrigin }: ServiceOrigin): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src ${isSameOrigin ? "'self'" : origin} ${origin.replace(/^http/, 'ws')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** For pages: they load and run only files of the site, and cannot be framed. */
export function pageHeaders(service: ServiceOrigin): HeaderFields {
  return {
    'Content-Security-Policy': contentSecurityPolicy(service),
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': unusedFeatures.map((feature) => `${feature}=()`).join(', '),
  };
}

/** For built files, whose names contain a hash of their content. */
const assetHeaders: HeaderFields = { 'Cache-Control': `public, max-age=${yearSeconds}, immutable` };

/** For files that other sites embed by a fixed name. */
export const embedHeaders: HeaderFields = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'public, max-age=300',
};

/** The headers of an existing file. */
export function fileHeaders(path: string): HeaderFields {
  if (path.startsWith('/assets/')) return assetHeaders;
  return path.startsWith('/embed/') ? embedHeaders : {};
}
