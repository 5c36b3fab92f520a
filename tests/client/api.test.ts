/** The REST calls of the client, to a service that the test plays. */
import { expect, it } from 'vitest';
import { createApi } from '../../client/index.ts';

it('shows the key of a private room in a header, in ASCII whatever it is', async () => {
  const asked: Request[] = [];
  const api = createApi({
    origin: 'https://chat.example',
    fetch: async (...call: Parameters<typeof fetch>) => {
      asked.push(new Request(...call));
      return Response.json({ statusCode: 200, content: 'answer' });
    },
  });
  const key = '合言葉は猫 100%';
  expect(await api.getRoom({ params: { link: 'abc' } }, { joinKey: key })).toBe('answer');
  await api.getRoom({ params: { link: 'abc' } });
  const [shown, none] = asked.map(({ headers }) => headers.get('X-Join-Key'));
  expect(decodeURIComponent(shown ?? '')).toBe(key);
  expect(none).toBeNull();
  expect(asked.map(({ url }) => url)).toEqual(Array(2).fill('https://chat.example/chat/abc'));
});
