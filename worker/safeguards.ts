/**
 * What browsers are told to guard against: pages that run or load nothing but the site's own files, stand in nobody's
 * frame and tell nobody where they were; and answers that are taken for nothing but what they say they are.
 */

/** What of the configuration says under which origin browsers know the service. */
export type PublicAddress = Pick<Env, 'PUBLIC_ORIGIN'>;

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

/** Seconds. */
const yearSeconds = 365 * 24 * 60 * 60;

/** `'self'` covers the socket's scheme in newer browsers only. */
function contentPolicy(origin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${origin.replace(/^http/, 'ws')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

function guardPage(headers: Headers, origin: string): void {
  headers.set('Content-Security-Policy', contentPolicy(origin));
  headers.set('X-Frame-Options', 'DENY');
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Permissions-Policy', unusedFeatures.map((feature) => `${feature}=()`).join(', '));
}

/** Adds the headers that an answer is due. */
export function withSafeguards(request: Request, { PUBLIC_ORIGIN }: PublicAddress, response: Response): Response {
  if (response.webSocket) return response;
  const answer = new Response(response.body, response);
  const { headers } = answer;
  const origin = PUBLIC_ORIGIN || new URL(request.url).origin;
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'no-referrer');
  if (origin.startsWith('https:')) headers.set('Strict-Transport-Security', `max-age=${yearSeconds}`);
  if (headers.get('Content-Type')?.startsWith('text/html')) guardPage(headers, origin);
  return answer;
}
