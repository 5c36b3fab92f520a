/** Link previews: the metadata of a room in its page, written without a script. */
import { evictDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { roomKey } from '../../shared/kv-keys.ts';
import { readPreview, withPreview } from '../../worker/link-preview.ts';
import { adminToken, call, freshLink, makeRoom, origin, roomObject } from '../support/pool/calls.ts';
import { joinKey, makePrivateRoom, secrets } from '../support/pool/private-rooms.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const fetchPage = (link: string, init?: RequestInit) => exports.default.fetch(`${origin}/chat/${link}/`, init);
const htmlOf = async (link: string) => (await fetchPage(link)).text();

/** The `content` or `href` of the tag that contains `mark`; undefined if there is none. */
function contentOf(html: string, mark: string): string | undefined {
  const tag = html.match(/<(?:meta|link)\b[^>]*>/g)?.find((each) => each.includes(mark));
  return tag && /(?:content|href)="([^"]*)"/.exec(tag)?.[1];
}

/** The metadata of a page, as crawlers read it. */
function metadataOf(html: string): Record<string, string | undefined> {
  return {
    title: /<title>(.*)<\/title>/s.exec(html)?.[1],
    description: contentOf(html, 'name="description"'),
    ogTitle: contentOf(html, 'property="og:title"'),
    ogDescription: contentOf(html, 'property="og:description"'),
    url: contentOf(html, 'property="og:url"'),
    canonical: contentOf(html, 'rel="canonical"'),
    robots: contentOf(html, 'name="robots"'),
  };
}

/** Waits until the KV value of a room matches. It is written shortly after a change. */
async function waitForKv(link: string, holds: (value: string | null) => boolean = (value) => value !== null) {
  // KV allows one write per second and key.
  await expect.poll(async () => holds(await env.CHATS.get(roomKey(link))), { timeout: 20_000 }).toBe(true);
}

async function makeReplicatedRoom(content: Record<string, unknown> = {}): Promise<string> {
  const link = await makeRoom(content);
  await waitForKv(link);
  return link;
}

/** The metadata of a page without a preview. */
const defaultMetadata = (link: string) => ({
  title: 'Flexio Chat',
  description: 'リンクを開くだけで参加できる部屋です。登録は不要です。',
  ogTitle: 'Flexio Chat',
  ogDescription: 'リンクを開くだけで参加できる部屋です。登録は不要です。',
  url: `${origin}/chat/${link}/`,
  canonical: `${origin}/chat/${link}/`,
  robots: 'noindex',
});

/** The page of a room with its preview. It is fetched again if a slow KV read took longer than the page waits. */
async function previewedHtmlOf(link: string): Promise<string> {
  let html = '';
  const read = async () => {
    html = await htmlOf(link);
    return metadataOf(html);
  };
  await expect.poll(read, { timeout: 20_000 }).not.toEqual(defaultMetadata(link));
  return html;
}

describe('the page of a room', () => {
  it('contains the title, description and URL of the room', async () => {
    const link = await makeReplicatedRoom();
    const html = await previewedHtmlOf(link);
    expect(metadataOf(html)).toEqual({
      title: '読書会 | Flexio Chat',
      description: '月に一冊',
      ogTitle: '読書会',
      ogDescription: '月に一冊',
      url: `${origin}/chat/${link}/`,
      canonical: `${origin}/chat/${link}/`,
      robots: undefined,
    });
    expect(contentOf(html, 'og:type')).toBe('website');
    expect(contentOf(html, 'og:site_name')).toBe('Flexio Chat');
    expect(contentOf(html, 'twitter:card')).toBe('summary');
  });

  it('says noindex for an unlisted room, and contains its preview', async () => {
    const link = await makeReplicatedRoom({ unlisted: true });
    expect(metadataOf(await previewedHtmlOf(link))).toMatchObject({ ogTitle: '読書会', robots: 'noindex' });
  });

  it('has the default description for a room without one', async () => {
    const link = await makeReplicatedRoom({ about: '' });
    const { description } = defaultMetadata(link);
    expect(metadataOf(await previewedHtmlOf(link))).toMatchObject({
      ogTitle: '読書会',
      description,
      ogDescription: description,
    });
  });

  it('is the default page with 200 if there is no room', async () => {
    const link = freshLink();
    const response = await fetchPage(link);
    expect(response.status).toBe(200);
    expect(metadataOf(await response.text())).toEqual(defaultMetadata(link));
  });

  it('is the same for a private room as for no room, whatever credentials are sent', async () => {
    const link = await makePrivateRoom();
    await waitForKv(link);
    const none = freshLink();
    const absent = (await htmlOf(none)).replaceAll(none, link);
    const headers = { Authorization: `Bearer ${adminToken}`, 'X-Join-Key': encodeURIComponent(joinKey) };
    for (const init of [{}, { headers }]) {
      const html = await (await fetchPage(link, init)).text();
      expect(html).toBe(absent);
      for (const secret of secrets) expect(html).not.toContain(secret);
    }
  });

  it('has no preview once a room is private or deleted and KV is up to date', async () => {
    const link = await makeReplicatedRoom();
    await call('PUT', '/chat/update', { token: adminToken, link, content: { joinKey } });
    await waitForKv(link, (value) => value?.includes('"private":true') === true);
    expect(metadataOf(await htmlOf(link))).toEqual(defaultMetadata(link));
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await waitForKv(link, (value) => value === null);
    expect(metadataOf(await htmlOf(link))).toEqual(defaultMetadata(link));
  });

  it('is not stored by shared caches and is revalidated each time', async () => {
    const link = await makeReplicatedRoom();
    for (const init of [{}, { headers: { 'If-None-Match': '*' } }, { method: 'HEAD' }]) {
      const { status, headers } = await fetchPage(link, init);
      expect([status, headers.get('Cache-Control'), headers.get('ETag')]).toEqual([200, 'private, no-cache', null]);
      expect(headers.get('Content-Type')).toContain('text/html');
      expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    }
    expect(await (await fetchPage(link, { method: 'HEAD' })).text()).toBe('');
  });
});

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#38': '&', '#60': '<', '#62': '>' };

/** Decodes the entities of a text or attribute. */
const decoded = (encoded: string | undefined) =>
  encoded?.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);

describe('a malicious text', () => {
  it.each([
    ['markup', `"><script>alert(1)</script>`],
    ['the end of the title', '</title><script>alert(1)</script>'],
    ['an entity', '&quot;&gt;&lt;b&gt; &amp;amp;'],
    ['quotes', `' " \` onload='x'`],
    ['a hundred characters', '本'.repeat(100)],
    ['emoji', '👩‍👩‍👧‍👦🇯🇵 ❤️'],
  ])('is encoded as text: %s', async (_, text) => {
    const link = await makeReplicatedRoom({ title: text, about: text });
    const html = await previewedHtmlOf(link);
    // Injected markup would change the number of tags.
    const tags = (page: string) => page.match(/<[a-z/!]/gi)?.length;
    expect(tags(html)).toBe((tags(await htmlOf(freshLink())) ?? 0) - 1);
    const { title, ogTitle, description, ogDescription } = metadataOf(html);
    expect(decoded(title)).toBe(`${text} | Flexio Chat`);
    expect([ogTitle, description, ogDescription].map(decoded)).toEqual([text, text, text]);
  });

  it('loses direction characters and line breaks', async () => {
    const link = await makeReplicatedRoom({ title: 'a\u202eb\u2066c\u200b', about: 'one\n\ntwo\tthree' });
    expect(metadataOf(await previewedHtmlOf(link))).toMatchObject({
      title: 'abc | Flexio Chat',
      ogTitle: 'abc',
      description: 'one two three',
    });
  });

  it('without visible characters counts as empty', async () => {
    const link = await makeReplicatedRoom({ title: '\u202e', about: '\u200b' });
    expect(metadataOf(await previewedHtmlOf(link))).toEqual({ ...defaultMetadata(link), robots: undefined });
  });

  it('is cut if it is too long', async () => {
    const link = await makeReplicatedRoom({ about: '👪'.repeat(1_000) });
    expect(metadataOf(await previewedHtmlOf(link)).description).toBe(`${'👪'.repeat(200)}…`);
  });
});

describe('the value in KV', () => {
  it('is read once without waking the room', async () => {
    const link = await makeReplicatedRoom();
    await evictDurableObject(await roomObject(link));
    const read = vi.spyOn(env.CHATS, 'getWithMetadata');
    const rooms = vi.spyOn(env.CHAT_ROOM, 'getByName');
    await htmlOf(link);
    expect(read).toHaveBeenCalledTimes(1);
    expect(rooms).not.toHaveBeenCalled();
  });

  it.each([
    ['fails', () => Promise.reject(new Error('down'))],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('gives the default page if KV %s', async (_, fault) => {
    const link = await makeReplicatedRoom();
    vi.spyOn(env.CHATS, 'getWithMetadata').mockImplementation(fault);
    const response = await fetchPage(link);
    expect(response.status).toBe(200);
    expect(metadataOf(await response.text())).toEqual(defaultMetadata(link));
  });

  it('gives the default page if it is malformed', async () => {
    const link = freshLink();
    await env.CHATS.put(roomKey(link), 'no JSON');
    expect(await readPreview(link, env.CHATS)).toBe(undefined);
    expect(metadataOf(await htmlOf(link))).toEqual(defaultMetadata(link));
  });
});

it('the URLs use the public origin of the service', async () => {
  const page = new Response('<link rel="canonical"><meta property="og:url" content="">');
  const html = await withPreview(page, 'https://flexio.example/chat/a-room/', undefined).text();
  expect(html).toBe(
    '<link rel="canonical" href="https://flexio.example/chat/a-room/"><meta property="og:url" content="https://flexio.example/chat/a-room/">',
  );
});
