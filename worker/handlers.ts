/** What each call of the table does: one hop to the room it names, or to the directory. */
import type { CallAnswer, CallInput } from '../shared/calls.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import { done, type Outcome } from '../shared/failures.ts';

/** What a handler may use beside its input. */
export interface CallContext {
  env: Env;
  /** The caller's network address. */
  address: string;
}

type Handler<K extends EndpointName> = (input: CallInput<K>, context: CallContext) => Promise<Outcome<CallAnswer<K>>>;

/** Puts a status to what a call achieved; a refusal passes as it is. */
function answer<S extends number, T>(statusCode: S, outcome: Outcome<T>): Outcome<{ statusCode: S; content: T }> {
  return outcome.ok ? done({ statusCode, content: outcome.value }) : outcome;
}

export const handlers: { [K in EndpointName]: Handler<K> } = {
  async createRoom({ body: { token, content } }, { env }) {
    const { title, about, tag, link, unlisted } = content;
    const room = env.CHAT_ROOM.getByName(link);
    return answer(201, await room.create({ link, title, about, tags: tag, unlisted, adminToken: token }));
  },

  async listRooms({ query: { token, ...request }, bearer }, { env }) {
    const page = await env.ROOM_DIRECTORY.getByName('rooms').list(request, { token, bearer });
    if (!page.ok) return page;
    const { chats, total } = page.value;
    return done({ statusCode: 200, content: { chats, total, limit: request.limit, offset: request.offset } });
  },

  async updateRoom({ body: { token, link, content } }, { env }) {
    const { title, about, tag, newToken } = content;
    const change = { title, about, tags: tag, adminToken: newToken };
    return answer(200, await env.CHAT_ROOM.getByName(link).update(token, change));
  },

  async deleteRoom({ body: { token, link } }, { env }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).remove(token));
  },

  async getRoom({ params: { link }, query: { token }, bearer }, { env }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).read({ token, bearer }));
  },

  async listParticipants({ params: { link }, query: { after, limit } }, { env }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).participants(after, limit));
  },

  async updateParticipants({ params: { link }, body }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).attend({ ...body, address }));
  },

  async listMessages({ params: { link }, query }, { env }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).messages(query));
  },

  async postMessage({ params: { link }, body }, { env }) {
    const { token, adminToken, name, ...draft } = body;
    const posted = await env.CHAT_ROOM.getByName(link).post({ token, adminToken, name }, draft);
    if (!posted.ok) return posted;
    return done({ statusCode: posted.value.duplicate ? 200 : 201, content: posted.value.message });
  },
};
