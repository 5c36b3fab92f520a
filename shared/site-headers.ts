/**
 * The headers of the static site: what browsers are told to guard against, and how long they may keep a file. The Worker
 * answers with them, and the build writes them down for hosts that serve the pages on an origin of their own.
 */

/** Headers by name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** Of every answer: it is taken for nothing but what it says it is, and tells nobody where its reader was. */
export const commonHeaders: HeaderFields = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };

/** Seconds. */
const yearSeconds = 365 * 24 * 60 * 60;

/** Of every answer over https. */
export const httpsHeaders: HeaderFields = { 'Strict-Transport-Security': `max-age=${yearSeconds}` };

/** What the pages have no use for. */
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

/** Which service a page talks to, and whether it stands on that service's own origin. */
export interface ServiceOrigin {
  /** The service's origin. */
  origin: string;
  isSameOrigin: boolean;
}

/** `'self'` covers the socket's scheme in newer browsers only. */
function contentSecurityPolicy({ origin: service, isSameOrigin: isOwn }: ServiceOrigin): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src ${isOwn ? "'self'" : service} ${service.replace(/^http/, 'ws')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Of a page: it runs and loads nothing but the site's own files, and stands in nobody's frame. */
export function pageHeaders(service: ServiceOrigin): HeaderFields {
  return {
    'Content-Security-Policy': contentSecurityPolicy(service),
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': unusedFeatures.map((feature) => `${feature}=()`).join(', '),
  };
}

/** Of a built file: its name changes with what is in it. */
const assetHeaders: HeaderFields = { 'Cache-Control': `public, max-age=${yearSeconds}, immutable` };

/** Of a file for pages of others, which know it by a name that stays. */
export const embedHeaders: HeaderFields = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'public, max-age=300',
};

/** Of a file that is there, by its path. */
export function fileHeaders(path: string): HeaderFields {
  if (path.startsWith('/assets/')) return assetHeaders;
  return path.startsWith('/embed/') ? embedHeaders : {};
}
