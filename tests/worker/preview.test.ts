/** What the page of a room shows of it where its link is shared, without any script. */
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

/** The attributes of the tag that stands in the page with `mark`; undefined where there is none. */
function contentOf(html: string, mark: string): string | undefined {
  const tag = html.match(/<(?:meta|link)\b[^>]*>/g)?.find((each) => each.includes(mark));
  return tag && /(?:content|href)="([^"]*)"/.exec(tag)?.[1];
}

/** What stands in a page, as scripts of others read it. */
function shownIn(html: string): Record<string, string | undefined> {
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

/** The copy is written soon after the change. */
async function copied(link: string, holds: (value: string | null) => boolean = (value) => value !== null) {
  // A key is written once a second.
  await expect.poll(async () => holds(await env.CHATS.get(roomKey(link))), { timeout: 20_000 }).toBe(true);
}

async function makeCopiedRoom(content: Record<string, unknown> = {}): Promise<string> {
  const link = await makeRoom(content);
  await copied(link);
  return link;
}

/** What a page says that tells nothing. */
const plain = (link: string) => ({
  title: 'Flexio Chat',
  description: 'リンクを開くだけで話せる部屋です。登録はいりません。',
  ogTitle: 'Flexio Chat',
  ogDescription: 'リンクを開くだけで話せる部屋です。登録はいりません。',
  url: `${origin}/chat/${link}/`,
  canonical: `${origin}/chat/${link}/`,
  robots: 'noindex',
});

/** The page of a room of which something is known; a slow machine may take longer over KV than a page waits. */
async function previewedHtmlOf(link: string): Promise<string> {
  let html = '';
  const read = async () => {
    html = await htmlOf(link);
    return shownIn(html);
  };
  await expect.poll(read, { timeout: 20_000 }).not.toEqual(plain(link));
  return html;
}

describe('the page of a room', () => {
  it('says what the room is, and where', async () => {
    const link = await makeCopiedRoom();
    const html = await previewedHtmlOf(link);
    expect(shownIn(html)).toEqual({
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

  it('keeps search engines from a room that is not listed, and shows it to whoever has the link', async () => {
    const link = await makeCopiedRoom({ unlisted: true });
    expect(shownIn(await previewedHtmlOf(link))).toMatchObject({ ogTitle: '読書会', robots: 'noindex' });
  });

  it('says what every page says where nothing is said of the room', async () => {
    const link = await makeCopiedRoom({ about: '' });
    const { description } = plain(link);
    expect(shownIn(await previewedHtmlOf(link))).toMatchObject({
      ogTitle: '読書会',
      description,
      ogDescription: description,
    });
  });

  it('is the page as it is, with 200, where there is no room', async () => {
    const link = freshLink();
    const response = await fetchPage(link);
    expect(response.status).toBe(200);
    expect(shownIn(await response.text())).toEqual(plain(link));
  });

  it('tells no more of a private room than of none, whatever is shown with the request', async () => {
    const link = await makePrivateRoom();
    await copied(link);
    const none = freshLink();
    const absent = (await htmlOf(none)).replaceAll(none, link);
    const headers = { Authorization: `Bearer ${adminToken}`, 'X-Join-Key': encodeURIComponent(joinKey) };
    for (const init of [{}, { headers }]) {
      const html = await (await fetchPage(link, init)).text();
      expect(html).toBe(absent);
      for (const secret of secrets) expect(html).not.toContain(secret);
    }
  });

  it('says nothing more of a room once it is private or deleted, and its copy knows', async () => {
    const link = await makeCopiedRoom();
    await call('PUT', '/chat/update', { token: adminToken, link, content: { joinKey } });
    await copied(link, (value) => value?.includes('"private":true') === true);
    expect(shownIn(await htmlOf(link))).toEqual(plain(link));
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await copied(link, (value) => value === null);
    expect(shownIn(await htmlOf(link))).toEqual(plain(link));
  });

  it('is kept by no cache between, and asked for anew each time', async () => {
    const link = await makeCopiedRoom();
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

/** A text or attribute as whoever reads the page decodes it. */
const decoded = (encoded: string | undefined) =>
  encoded?.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);

describe('a hostile text', () => {
  it.each([
    ['markup', `"><script>alert(1)</script>`],
    ['the end of the title', '</title><script>alert(1)</script>'],
    ['an entity', '&quot;&gt;&lt;b&gt; &amp;amp;'],
    ['quotes', `' " \` onload='x'`],
    ['a hundred characters', '本'.repeat(100)],
    ['emoji', '👩‍👩‍👧‍👦🇯🇵 ❤️'],
  ])('comes out as text: %s', async (_, text) => {
    const link = await makeCopiedRoom({ title: text, about: text });
    const html = await previewedHtmlOf(link);
    // Markup that is none of the file's own would change the number of tags.
    const tags = (page: string) => page.match(/<[a-z/!]/gi)?.length;
    expect(tags(html)).toBe((tags(await htmlOf(freshLink())) ?? 0) - 1);
    const { title, ogTitle, description, ogDescription } = shownIn(html);
    expect(decoded(title)).toBe(`${text} | Flexio Chat`);
    expect([ogTitle, description, ogDescription].map(decoded)).toEqual([text, text, text]);
  });

  it('turns nothing around, and stands on one line', async () => {
    const link = await makeCopiedRoom({ title: 'a\u202eb\u2066c\u200b', about: 'one\n\ntwo\tthree' });
    expect(shownIn(await previewedHtmlOf(link))).toMatchObject({
      title: 'abc | Flexio Chat',
      ogTitle: 'abc',
      description: 'one two three',
    });
  });

  it('of nothing that can be seen is none', async () => {
    const link = await makeCopiedRoom({ title: '\u202e', about: '\u200b' });
    expect(shownIn(await previewedHtmlOf(link))).toEqual({ ...plain(link), robots: undefined });
  });

  it('is cut where it is long', async () => {
    const link = await makeCopiedRoom({ about: '👪'.repeat(1_000) });
    expect(shownIn(await previewedHtmlOf(link)).description).toBe(`${'👪'.repeat(200)}…`);
  });
});

describe('the copy in KV', () => {
  it('is read once, and the room is not woken', async () => {
    const link = await makeCopiedRoom();
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
  ])('leaves the page as it is where it %s', async (_, fault) => {
    const link = await makeCopiedRoom();
    vi.spyOn(env.CHATS, 'getWithMetadata').mockImplementation(fault);
    const response = await fetchPage(link);
    expect(response.status).toBe(200);
    expect(shownIn(await response.text())).toEqual(plain(link));
  });

  it('that nobody of the service wrote is no preview', async () => {
    const link = freshLink();
    await env.CHATS.put(roomKey(link), 'no JSON');
    expect(await readPreview(link, env.CHATS)).toBe(undefined);
    expect(shownIn(await htmlOf(link))).toEqual(plain(link));
  });
});

it('the address is the one under which browsers know the service', async () => {
  const page = new Response('<link rel="canonical"><meta property="og:url" content="">');
  const html = await withPreview(page, 'https://flexio.example/chat/a-room/', undefined).text();
  expect(html).toBe(
    '<link rel="canonical" href="https://flexio.example/chat/a-room/"><meta property="og:url" content="https://flexio.example/chat/a-room/">',
  );
});
