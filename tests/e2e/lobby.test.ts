/** The room list of the lobby, in a real browser against a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import { BrowserWindows, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { waitUntil } from '../support/wait-until.ts';

const windows = BrowserWindows.forTestFile();

interface NewRoom {
  link: string;
  title?: string;
  about?: string;
  tag?: string[];
}

async function makeRooms(...rooms: NewRoom[]): Promise<void> {
  for (const { link, title = link, about = '', tag = [] } of rooms) {
    const body = { token: 'admin-secret', content: { title, about, tag, link } };
    expect((await callAt(windows.origin, 'POST', '/chat/new', body)).statusCode).toBe(201);
  }
}

/** @returns the links of the listed rooms, in order */
const listedLinks = (page: Page) =>
  page.locator('[data-link]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-link') ?? ''));

const expectLinks = (page: Page, links: string[]) =>
  expect.poll(() => listedLinks(page), { timeout: 30_000 }).toEqual(links);

/** @returns the query string of the page, decoded */
const queryOf = (page: Page) => decodeURIComponent(new URL(page.url()).search);

const searchBox = (page: Page) => page.getByRole('searchbox');

const horizontalOverflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

describe('a lobby without rooms', () => {
  it.each([
    ['ja-JP', '部屋はまだありません', '部屋をつくる'],
    ['en-GB', 'No rooms yet', 'Create a room'],
  ])('shows that, and leads to the form (%s)', async (locale, text, way) => {
    const page = await windows.open('/', { locale });
    await page.getByRole('heading', { name: text }).waitFor();
    await page.locator('.rooms-empty').getByRole('button', { name: way }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('make-title');
    expect(await violationsOn(page)).toEqual([]);
  });
});

describe('the room list', () => {
  it('finds rooms by any part of title, about and tags, and restores the search from the address', async () => {
    await makeRooms(
      { link: 'find-a', title: '京都の喫茶店をめぐる会', tag: ['歩く会'] },
      { link: 'find-b', title: '散歩', about: '毎週末、京都で歩く会です' },
      { link: 'find-c', title: '読書' },
    );
    const page = await windows.open('/?lang=ja');
    await page.locator('[data-link=find-c]').waitFor();
    await searchBox(page).pressSequentially('歩く会');
    await expectLinks(page, ['find-b', 'find-a']);
    await page.getByRole('status').getByText('2件の部屋').waitFor({ state: 'attached' });
    expect(queryOf(page)).toBe('?lang=ja&q=歩く会');
    await searchBox(page).fill('歩く会 喫茶');
    await expectLinks(page, ['find-a']);
    await page.reload();
    await expectLinks(page, ['find-a']);
    expect(await searchBox(page).inputValue()).toBe('歩く会 喫茶');
    await page.goBack();
    await page.locator('[data-link=find-c]').waitFor();
    expect(await searchBox(page).inputValue()).toBe('');
    await page.goForward();
    await expectLinks(page, ['find-a']);
    expect(await searchBox(page).inputValue()).toBe('歩く会 喫茶');
  });

  it('does not search during a composition', async () => {
    await makeRooms({ link: 'compose-a', title: '会議の部屋' });
    const page = await windows.open('/');
    await page.locator('[data-link=compose-a]').waitFor();
    const searches: (string | null)[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === '/chat/list') searches.push(searchParams.get('q'));
    });
    const devtools = await page.context().newCDPSession(page);
    await searchBox(page).focus();
    await devtools.send('Input.imeSetComposition', { text: 'かいぎ', selectionStart: 3, selectionEnd: 3 });
    // Longer than the pause in typing after which the page searches.
    await page.waitForTimeout(1_000);
    expect(searches).toEqual([]);
    await devtools.send('Input.insertText', { text: '会議' });
    await expectLinks(page, ['compose-a']);
    expect(new Set(searches)).toEqual(new Set(['会議']));
  });

  it('shows the result of the latest search, even if an earlier one returns later', async () => {
    await makeRooms({ link: 'race-a', title: 'turtle' }, { link: 'race-b', title: 'hare' });
    const page = await windows.open('/');
    await page.locator('[data-link=race-a]').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isAnswered = false;
    await page.route(/q=turtle/, async (route) => {
      const response = await route.fetch();
      await held;
      await route.fulfill({ response }).catch(() => {});
      isAnswered = true;
    });
    const asked = page.waitForRequest(/q=turtle/);
    await searchBox(page).fill('turtle');
    await asked;
    await searchBox(page).fill('hare');
    await expectLinks(page, ['race-b']);
    release();
    await waitUntil(() => isAnswered);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await listedLinks(page)).toEqual(['race-b']);
  });

  it('is filtered by a tag until the tag is pressed again', async () => {
    await makeRooms(
      { link: 'tag-a', tag: ['編み物', '手芸'] },
      { link: 'tag-b', tag: ['編み物'] },
      { link: 'tag-c', tag: ['陶芸'] },
    );
    const page = await windows.open('/');
    await page.locator('[data-link=tag-a]').getByRole('button', { name: '編み物' }).click();
    await expectLinks(page, ['tag-b', 'tag-a']);
    expect(queryOf(page)).toBe('?tag=編み物');
    const chip = page.getByRole('group', { name: 'タグで絞り込む' }).getByRole('button', { name: /^編み物/ });
    await expect.poll(() => chip.getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => chip.textContent()).toBe('編み物2');
    await expect.poll(() => chip.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.goBack();
    await page.locator('[data-link=tag-c]').waitFor();
    expect(await chip.getAttribute('aria-pressed')).toBe('false');
    await chip.click();
    await expectLinks(page, ['tag-b', 'tag-a']);
    await chip.click();
    await page.locator('[data-link=tag-c]').waitFor();
    expect(queryOf(page)).toBe('');
  });

  it('is sorted by activity, age or participants, as in the address', async () => {
    const tag = ['order'];
    await makeRooms({ link: 'order-a', tag }, { link: 'order-b', tag }, { link: 'order-c', tag });
    await windows.openRoom('order-a');
    const message = { token: 'bob', clientId: 'one', text: 'hello' };
    await callAt(windows.origin, 'POST', '/chat/order-b/messages', message);
    const page = await windows.open('/?tag=order');
    const first = async () => {
      await page.reload();
      await page.locator('[data-link]').first().waitFor();
      return (await listedLinks(page))[0];
    };
    await expect.poll(first, { timeout: 30_000, interval: 1_000 }).toBe('order-b');
    await page.getByRole('button', { name: '人の多い順' }).click();
    await expect.poll(first, { timeout: 30_000, interval: 1_000 }).toBe('order-a');
    expect(queryOf(page)).toBe('?tag=order&sort=popular');
    await page.getByRole('button', { name: '新しい順' }).click();
    await expectLinks(page, ['order-c', 'order-b', 'order-a']);
    expect(await page.getByRole('button', { name: '新しい順' }).getAttribute('aria-pressed')).toBe('true');
    await page.goBack();
    await expectLinks(page, ['order-a', 'order-b', 'order-c']);
  });

  it('loads page after page, each room once', async () => {
    const links = Array.from({ length: 45 }, (_, index) => `page-${`${index}`.padStart(2, '0')}`);
    await makeRooms(...links.map((link) => ({ link, tag: ['pages'] })));
    const newest = links.toReversed();
    const page = await windows.open('/?tag=pages&sort=new', { locale: 'en-GB' });
    await expectLinks(page, newest.slice(0, 20));
    await page.getByText('20 of 45').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await expectLinks(page, newest.slice(0, 40));
    await page.getByRole('button', { name: 'Show more' }).click();
    await expectLinks(page, newest);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });

  it('updates the participant counts without moving rows', async () => {
    await makeRooms({ link: 'fresh-a', tag: ['fresh'] }, { link: 'fresh-b', tag: ['fresh'] });
    const page = await windows.open('/?tag=fresh&sort=popular');
    await expectLinks(page, ['fresh-a', 'fresh-b']);
    const bob = await windows.openRoom('fresh-b');
    const count = async () => {
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      return page.locator('[data-link=fresh-b] [data-count]').getAttribute('data-count');
    };
    await expect.poll(count, { timeout: 30_000, interval: 500 }).toBe('1');
    expect(await listedLinks(page)).toEqual(['fresh-a', 'fresh-b']);
    await page.reload();
    await expectLinks(page, ['fresh-b', 'fresh-a']);
    await bob.close();
    await expect.poll(count, { timeout: 30_000, interval: 500 }).toBe('0');
    expect(await listedLinks(page)).toEqual(['fresh-b', 'fresh-a']);
  });

  it('names the search that found nothing, and offers to show all rooms or to create one', async () => {
    await makeRooms({ link: 'known' });
    const page = await windows.open('/?q=天体観測&tag=空');
    await page.getByRole('heading', { name: '天体観測 #空' }).waitFor();
    await page.getByRole('button', { name: /天体観測.*をつくる/ }).click();
    expect(await page.locator('#make-title').inputValue()).toBe('天体観測');
    await page.locator('.tag-input').getByText('空').waitFor();
    await page.getByRole('button', { name: 'すべての部屋を表示' }).click();
    await page.locator('[data-link=known]').waitFor();
    expect(await searchBox(page).inputValue()).toBe('');
    expect(queryOf(page)).toBe('');
  });

  it('reports that it could not be loaded, and can be retried', async () => {
    const tag = ['retry'];
    await makeRooms(...Array.from({ length: 21 }, (_, index) => ({ link: `retry-${index}`, tag })));
    const page = await windows.open('/?tag=retry', { locale: 'en-GB' });
    await expect.poll(async () => (await listedLinks(page)).length).toBe(20);
    await page.route('**/chat/list*', (route) => route.abort());
    await page.getByRole('button', { name: 'Show more' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Could not load' });
    await alert.waitFor();
    expect(await listedLinks(page)).toHaveLength(20);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await expect.poll(async () => (await listedLinks(page)).length).toBe(0);
    await alert.waitFor();
    await page.unroute('**/chat/list*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(async () => (await listedLinks(page))[0]).toBe('retry-20');
    expect(await alert.count()).toBe(0);
  });

  it('runs no script from a title, about or tag, and keeps its layout', async () => {
    const tag = ['hostile', '<b>b</b>', '\u202etag', 'w'.repeat(32)];
    const run = '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>';
    await makeRooms(
      { link: 'hostile-script', title: run, about: run, tag },
      { link: 'hostile-bidi', title: '\u202eabc', about: `\u202e${'xyz '.repeat(9)}`, tag },
      { link: 'hostile-unseen', title: '\u200b\u2060', tag },
      { link: 'h'.repeat(64), title: 'w'.repeat(100), about: 'w'.repeat(1_000), tag },
    );
    const page = await windows.open('/?tag=hostile&sort=new', { viewport: { width: 320, height: 700 } });
    await expectLinks(page, ['h'.repeat(64), 'hostile-unseen', 'hostile-bidi', 'hostile-script']);
    expect(await page.locator('.rooms :is(img, script, b > *, a *:not(bdi), button *:not(bdi))').count()).toBe(0);
    expect(await page.getByRole('link', { name: '<img src=x' }).count()).toBe(1);
    expect(await page.getByRole('link', { name: 'abc', exact: true }).count()).toBe(1);
    expect(await page.getByRole('link', { name: 'hostile-unseen' }).count()).toBe(1);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    for (const width of [320, 1_280]) {
      await page.setViewportSize({ width, height: 700 });
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    }
    const searches = await windows.open(`/?q=${encodeURIComponent(`\u202e${'無'.repeat(120)}<i>`)}`);
    await searches.locator('.rooms-empty h3').waitFor();
    expect(await searches.locator('.rooms-empty h3 *').count()).toBe(0);
    expect(await horizontalOverflow(searches)).toBeLessThanOrEqual(0);
  });

  it('opens a room from anywhere in its row', async () => {
    await makeRooms({ link: 'row-a', about: '説明のところ', tag: ['row'] });
    const page = await windows.open('/?tag=row');
    const box = await page.locator('[data-link=row-a] .room-people').boundingBox();
    if (!box) throw new Error('no row');
    await page.mouse.click(box.x + 2, box.y + 2);
    await waitUntilLive(page);
    expect(new URL(page.url()).pathname).toBe('/chat/row-a/');
  });
});

describe('the header', () => {
  it('switches the language, and remembers the choice', async () => {
    const page = await windows.open('/');
    await page.getByRole('heading', { name: 'リンクひとつで、はじまる部屋。' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'A room is a link.' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'A room is a link.' }).waitFor();
    await page.goto(`${windows.origin}/?lang=ja`);
    await page.getByRole('heading', { name: 'リンクひとつで、はじまる部屋。' }).waitFor();
  });

  it('switches between the themes, and remembers the choice', async () => {
    const background = (shown: Page) => shown.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const page = await windows.open('/', { colorScheme: 'light' });
    const theme = page.getByRole('button', { name: /^テーマ/ });
    await page.getByRole('button', { name: 'テーマ：端末に合わせる' }).waitFor();
    const light = await background(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background(page);
    expect(dark).not.toBe(light);
    await theme.click();
    await page.getByRole('button', { name: 'テーマ：ライト' }).waitFor();
    expect(await background(page)).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'テーマ：ライト' }).waitFor();
    expect(await background(page)).toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    await theme.click();
    expect(await background(page)).toBe(dark);
    const frame = 'meta[name=theme-color][media=all]';
    expect(await page.locator(frame).getAttribute('content')).toBe('#13161c');
    await theme.click();
    expect(await background(page)).toBe(light);
    expect(await page.locator('html').getAttribute('data-theme')).toBe(null);
  });

  it('has its theme at the first paint, however late the script is', async () => {
    const page = await windows.open('/');
    const script = (await page.locator('script[type=module]').getAttribute('src')) ?? '';
    await page.route(`**${script}`, async (route) => {
      const response = await route.fetch();
      // Longer than a page needs to load and paint without the script.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await route.fulfill({ response });
    });
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const times = (name: string, type: string) =>
      page.evaluate(
        ([named, typed]) =>
          performance
            .getEntriesByType(typed)
            .filter((entry) => entry.name.endsWith(named))
            .map((entry) => (entry as PerformanceResourceTiming).responseEnd ?? entry.startTime),
        [name, type] as const,
      );
    await expect.poll(() => times('first-paint', 'paint')).toHaveLength(1);
    const [painted, loaded] = [...(await times('first-paint', 'paint')), ...(await times(script, 'resource'))];
    expect(painted).toBeGreaterThan(loaded ?? Number.POSITIVE_INFINITY);
  });
});

describe('accessibility', () => {
  const variants = (['ja-JP', 'en-GB'] as const).flatMap((locale) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
  );

  it.each(variants)('has no axe violations ($locale, $colorScheme)', { timeout: 180_000 }, async (variant) => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/', variant);
    await page.locator(`[data-link=${link}]`).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('button', { name: /books/ }).first().click();
    await page.locator('.tag-filter [aria-pressed=true]').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await searchBox(page).fill('nowhere to be found');
    await page.locator('.rooms-empty').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.route('**/chat/list*', (route) => route.abort());
    await searchBox(page).fill('nowhere');
    await page.locator('.rooms-footer[role=alert]').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await violationsOn(page)).toEqual([]);
  });

  it.each([320, 360, 768, 1_280])('lobby and room do not scroll horizontally at %s pixels', async (width) => {
    const link = await makeRoomAt(windows.origin);
    const long = 'あ'.repeat(300) + 'w'.repeat(300);
    const body = { token: 'bob', name: 'n'.repeat(40), clientId: 'long', text: long };
    await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
    for (const path of ['/', `/chat/${link}/`]) {
      const page = await windows.open(path);
      await page.setViewportSize({ width, height: 700 });
      await (path === '/' ? page.locator('[data-link]').first().waitFor() : waitUntilLive(page));
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
    }
  });

  it('main actions are at least 44 pixels high on a phone', async () => {
    await makeRoomAt(windows.origin);
    const page = await windows.open('/', { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
    await page.locator('[data-link]').first().waitFor();
    for (const action of await page.locator('.button.is-primary, .search .input, #make-title').all()) {
      expect((await action.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
  });
});
