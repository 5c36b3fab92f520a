/** The REST calls of the client, with a fake `fetch`. */
import { expect, it } from 'vitest';
import { createApi } from '../../client/index.ts';

it('sends the join key of a private room in a header, encoded as ASCII', async () => {
  const requests: Request[] = [];
  const api = createApi({
    origin: 'https://chat.example',
    fetch: async (...call: Parameters<typeof fetch>) => {
      requests.push(new Request(...call));
      return Response.json({ statusCode: 200, content: 'answer' });
    },
  });
  const key = '合言葉は猫 100%';
  expect(await api.getRoom({ params: { link: 'abc' } }, { joinKey: key })).toBe('answer');
  await api.getRoom({ params: { link: 'abc' } });
  const [sent, none] = requests.map(({ headers }) => headers.get('X-Join-Key'));
  expect(decodeURIComponent(sent ?? '')).toBe(key);
  expect(none).toBeNull();
  expect(requests.map(({ url }) => url)).toEqual(Array(2).fill('https://chat.example/chat/abc'));
});
