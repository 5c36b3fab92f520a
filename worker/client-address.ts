/**
 * The client's network address, for the limits per address. It is read from a header, which clients can forge, so only
 * a header that a trusted proxy sets is used: Cloudflare's edge for a deployed Worker, otherwise the proxy that
 * TRUSTED_PROXY configures. Without a proxy, all clients share one address: the local server sets `CF-Connecting-IP` to
 * the peer's address, but keeps one that the client sent.
 */

export type AddressSettings = Pick<Env, 'TRUSTED_PROXY'>;

/** The address of all clients whose address is unknown. */
const unknownAddress = 'unknown';

/** wrangler defines `production` in the bundle for Cloudflare, and `development` in that of the local server. */
const isDeployed = process.env.NODE_ENV === 'production';

function parseIpv4(text: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  // A leading zero is refused, because some parsers read the number as octal.
  return parts?.every((part) => Number(part) <= 255 && String(Number(part)) === part) ? text : undefined;
}

/** The eight groups of an IPv6 address, or undefined if it is not valid. */
function ipv6Groups(text: string): number[] | undefined {
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** The IPv4 address in an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`). */
function mappedIpv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * The unit that the limits count: an IPv4 address, or the /64 prefix of an IPv6 address, because one client usually
 * controls a whole /64.
 * @param text as proxies write it, also in brackets or with a port
 * @returns undefined if the text is not an address
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

/** @returns the network prefix of the client, or `unknown` */
export function clientAddress(request: Request, { TRUSTED_PROXY }: AddressSettings): string {
  const header = isDeployed ? 'CF-Connecting-IP' : TRUSTED_PROXY;
  if (!/^[\w-]+$/.test(header)) return unknownAddress;
  // A proxy appends the address that it sees; the client can have sent the entries before it.
  const last = request.headers.get(header)?.split(',').at(-1);
  return networkPrefix(last ?? '') ?? unknownAddress;
}
