/** The client address that a request counts for, and the network prefix of an address. */
import { describe, expect, it } from 'vitest';
import { clientAddress, networkPrefix } from '../../worker/client-address.ts';

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1\t', '192.0.2.1'],
    ['192.0.2.1:8080', '192.0.2.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:9', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('%s counts as %s', (text, network) => {
    expect(networkPrefix(text)).toBe(network);
  });

  it.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.01',
    '0xc0.0.2.1',
    '3221225985',
    '192.0.2.1.5',
    '192.0.2.1/24',
    '192.0.2.1, 192.0.2.2',
    '1:2:3',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '[::1',
    '::1]',
    '[]',
    '[192.0.2.1]',
    '::1]/x[',
    ':',
    '٣.٣.٣.٣',
  ])('"%s" is not an address', (text) => {
    expect(networkPrefix(text)).toBe(undefined);
  });
});

describe('the address of a request', () => {
  const from = (headers: Record<string, string>, trusted: string) =>
    clientAddress(new Request('https://chat.example/', { headers }), { TRUSTED_PROXY: trusted });

  it('is taken from no header if no trusted proxy is configured', () => {
    const headers = { 'CF-Connecting-IP': '192.0.2.1', 'X-Forwarded-For': '192.0.2.2', 'X-Real-IP': '192.0.2.3' };
    expect(from(headers, '')).toBe('unknown');
    expect(from({}, '')).toBe('unknown');
  });

  it.each([
    ['the header of the proxy', 'X-Real-IP', '192.0.2.1', '192.0.2.1'],
    ['the last entry of a list', 'X-Forwarded-For', '198.51.100.1, 198.51.100.2,192.0.2.1', '192.0.2.1'],
    ['unknown if the proxy says unknown', 'X-Forwarded-For', '198.51.100.1, unknown', 'unknown'],
    ['unknown if the last entry is empty', 'X-Forwarded-For', '198.51.100.1,', 'unknown'],
    ['unknown if the configuration names no header', 'not a header', '192.0.2.1', 'unknown'],
  ])('behind a proxy is %s', (_, trusted, value, address) => {
    const header = trusted === 'not a header' ? 'X-Real-IP' : trusted;
    expect(from({ [header]: value, 'CF-Connecting-IP': '203.0.113.9' }, trusted)).toBe(address);
  });
});
