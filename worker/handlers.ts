/** What each call of the table does: one hop to the room it names, or to the directory. */
import type { CallAnswer, CallContent, CallInput } from '../shared/calls.ts';
import { type EndpointName, endpoints } from '../shared/endpoints.ts';
import { done, type Outcome } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { within } from '../shared/within.ts';
import { health } from './health.ts';
import { listFromKv, listSourceHeader } from './list-from-kv.ts';
import { recordError } from './record.ts';

/** What a handler may use beside its input. */
export interface CallContext {
  env: Env;
  /** The caller's network address. */
  address: string;
  requestId: string;
}

/** A success, and headers that say more of it. */
type Answer<K extends EndpointName> = CallAnswer<K> & { headers?: Record<string, string> };

type Handler<K extends EndpointName> = (input: CallInput<K>, context: CallContext) => Promise<Outcome<Answer<K>>>;

/** What the directory says of a page; the rest of the answer repeats the question. */
type Listed = Omit<CallContent<'listRooms'>, 'limit' | 'offset'>;

/** Puts a status to what a call achieved; a refusal passes as it is. */
function answer<S extends number, T>(statusCode: S, outcome: Outcome<T>): Outcome<{ statusCode: S; content: T }> {
  return outcome.ok ? done({ statusCode, content: outcome.value }) : outcome;
}

export const handlers: { [K in EndpointName]: Handler<K> } = {
  async createRoom({ body: { token, content } }, { env }) {
    const { tag, link, ...details } = content;
    const room = env.CHAT_ROOM.getByName(link);
    return answer(201, await room.create({ ...details, link, tags: tag, adminToken: token }));
  },

  async listRooms({ query, bearer }, { env, requestId }) {
    const { token, ...request } = query;
    try {
      const asked: Promise<Outcome<Listed>> = env.ROOM_DIRECTORY.getByName('rooms').list(request, { token, bearer });
      const page = await within(limits.directoryAnswerMs, asked);
      if (!page.ok) return page;
      return done({ statusCode: 200, content: { ...page.value, limit: request.limit, offset: request.offset } });
    } catch (error) {
      recordError(env, 'directory_failed', error, { requestId, route: endpoints.listRooms.path });
      const content = await listFromKv(env.CHATS, query);
      return done({ statusCode: 200, content, headers: { [listSourceHeader]: 'kv' } });
    }
  },

  async rebuildDirectory({ body: { token, after } }, { env }) {
    return answer(200, await env.ROOM_DIRECTORY.getByName('rooms').rebuild(token, after));
  },

  async updateRoom({ body: { token, link, content } }, { env, address }) {
    const { tag, newToken, joinKey, private: isPrivate, ...details } = content;
    const change = { ...details, tags: tag, adminToken: newToken, joinKey: isPrivate === false ? null : joinKey };
    return answer(200, await env.CHAT_ROOM.getByName(link).update(token, address, change));
  },

  async deleteRoom({ body: { token, link } }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).remove(token, address));
  },

  async getRoom({ params: { link }, query: { token }, bearer, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).view({ token, bearer }, { address, joinKey }));
  },

  async listParticipants({ params: { link }, query: { after, limit }, bearer, joinKey }, { env, address }) {
    const visitor = { token: bearer, address, joinKey };
    return answer(200, await env.CHAT_ROOM.getByName(link).participants(visitor, after, limit));
  },

  async updateParticipants({ params: { link }, body, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).attend({ ...body, address, joinKey }));
  },

  async createInvitation({ params: { link }, body: { token, ...request } }, { env, address }) {
    return answer(201, await env.CHAT_ROOM.getByName(link).invite(token, address, request));
  },

  async listMessages({ params: { link }, query, bearer, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).messages({ token: bearer, address, joinKey }, query));
  },

  async getMessage({ params: { link, id }, bearer, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).message({ token: bearer, address, joinKey }, id));
  },

  async searchMessages({ params: { link }, query, bearer, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).search({ token: bearer, address, joinKey }, query));
  },

  async editMessage({ params: { link, id }, body: { text, ...actor }, joinKey }, { env, address }) {
    const caller = { ...actor, address, joinKey };
    return answer(200, await env.CHAT_ROOM.getByName(link).edit(caller, { messageId: id, text }));
  },

  async deleteMessage({ params: { link, id }, body, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).bury({ ...body, address, joinKey }, id));
  },

  async addReaction({ params: { link, id, emoji }, body, joinKey }, { env, address }) {
    const reaction = { messageId: id, emoji, on: true };
    return answer(200, await env.CHAT_ROOM.getByName(link).react({ ...body, address, joinKey }, reaction));
  },

  async removeReaction({ params: { link, id, emoji }, body, joinKey }, { env, address }) {
    const reaction = { messageId: id, emoji, on: false };
    return answer(200, await env.CHAT_ROOM.getByName(link).react({ ...body, address, joinKey }, reaction));
  },

  async postMessage({ params: { link }, body, joinKey }, { env, address }) {
    const { token, adminToken, name, ...draft } = body;
    const posted = await env.CHAT_ROOM.getByName(link).post({ token, adminToken, name, address, joinKey }, draft);
    if (!posted.ok) return posted;
    return done({ statusCode: posted.value.duplicate ? 200 : 201, content: posted.value.message });
  },

  async getReading({ params: { link }, bearer, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).reading({ token: bearer, address, joinKey }));
  },

  async setReading({ params: { link }, body: { messageId, ...actor }, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).read({ ...actor, address, joinKey }, messageId));
  },

  async reportMessage({ params: { link, id }, body: { reason, ...actor }, joinKey }, { env, address }) {
    return answer(
      201,
      await env.CHAT_ROOM.getByName(link).reportMessage({ ...actor, address, joinKey }, { messageId: id, reason }),
    );
  },

  async moderate({ params: { link }, body: { token, adminToken, ...act }, joinKey }, { env, address }) {
    return answer(201, await env.CHAT_ROOM.getByName(link).moderate({ token, adminToken, address, joinKey }, act));
  },

  async getModeration({ params: { link }, query: { before, limit }, bearer, joinKey }, { env, address }) {
    const room = env.CHAT_ROOM.getByName(link);
    return answer(200, await room.moderation({ token: bearer, address, joinKey }, before, limit));
  },

  async eraseOneself({ params: { link }, body, joinKey }, { env, address }) {
    return answer(200, await env.CHAT_ROOM.getByName(link).eraseOneself({ ...body, address, joinKey }));
  },

  async storeChatMessage({ body: { token, userId, sessionId, message, role, chatId } }, { env, address }) {
    const user = env.USER_SESSIONS.getByName(userId);
    const stored = await user.store({ userId, token, address }, { sessionId, chatId, message, role });
    if (!stored.ok) return stored;
    const { entry, duplicate, token: given } = stored.value;
    const content = { userId, ...entry, ...(given !== undefined && { token: given }) };
    return done({ statusCode: duplicate ? 200 : 201, content });
  },

  async getChatHistory({ query: { userId, sessionId, after = 0, limit }, bearer }, { env, address }) {
    const user = env.USER_SESSIONS.getByName(userId);
    return answer(200, await user.history({ userId, token: bearer, address }, sessionId, after, limit));
  },

  async getAllSessions({ query: { userId, after, limit }, bearer }, { env, address }) {
    const page = await env.USER_SESSIONS.getByName(userId).sessions({ userId, token: bearer, address }, after, limit);
    return page.ok ? done({ statusCode: 200, content: { userId, ...page.value } }) : page;
  },

  async deleteChatHistory({ body: { token, userId, sessionId } }, { env, address }) {
    return answer(200, await env.USER_SESSIONS.getByName(userId).remove({ userId, token, address }, sessionId));
  },

  async issueToken({ body: { token, ...request } }, { env }) {
    return answer(201, await env.USER_SESSIONS.getByName(request.userId).issueToken(token, request));
  },

  async health(_, { env }) {
    return answer(200, await health(env));
  },
};
