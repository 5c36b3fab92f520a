/** Where a request comes from, for the limits that count by address. */

/** The caller's network address as the edge saw it; one name for all where there is none. */
export function addressOf(request: Request): string {
  return request.headers.get('CF-Connecting-IP') ?? 'unknown';
}
