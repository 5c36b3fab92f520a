/**
 * Where a request comes from, for the limits that count by address. A header says so, and a header can be forged: it is
 * believed only where somebody in front of the Worker is known to write it. That is Cloudflare's edge for a deployed
 * Worker, and elsewhere the proxy that the configuration names. Without either there is one address for all: the local
 * server passes the peer's on as `CF-Connecting-IP`, but lets one that the peer wrote itself stand.
 */

/** What of the configuration says whom to believe. */
export type AddressSettings = Pick<Env, 'TRUSTED_PROXY'>;

/** The address of those of whom nothing is known. */
const unknownAddress = 'unknown';

/** wrangler puts `production` here when it bundles for Cloudflare, and `development` for the local server. */
const isDeployed = process.env.NODE_ENV === 'production';

function parseIpv4(text: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  // A zero in front would be octal to some.
  return parts?.every((part) => Number(part) <= 255 && String(Number(part)) === part) ? text : undefined;
}

/** The eight numbers of an IPv6 address. */
function ipv6Groups(text: string): number[] | undefined {
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`). */
function mappedIpv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 one, of which whoever has one has all.
 * @param text as proxies write it: in brackets or with a port, too
 */
export function networkPrefix(text: string): string | undefined {
  const [, bracketed, unbracketed] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*)(?::\d+)?)$/.exec(text.trim()) ?? [];
  const ipv4 = unbracketed && parseIpv4(unbracketed);
  if (ipv4) return ipv4;
  const groups = ipv6Groups((bracketed ?? text.trim()).replace(/%\w+$/, ''));
  if (!groups) return undefined;
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return mappedIpv4(groups) ?? `${network.join(':')}::/64`;
}

/** The caller's network address; one name for all of whom none is known. */
export function clientAddress(request: Request, { TRUSTED_PROXY }: AddressSettings): string {
  const header = isDeployed ? 'CF-Connecting-IP' : TRUSTED_PROXY;
  if (!/^[\w-]+$/.test(header)) return unknownAddress;
  // A proxy adds what it saw at the end; whatever stands before may be the client's own words.
  const last = request.headers.get(header)?.split(',').at(-1);
  return networkPrefix(last ?? '') ?? unknownAddress;
}
