/** What each call of the table does: one hop to the room it names, or to the directory. */
import type { CallContent, CallInput, CallResponse } from '../shared/call-types.ts';
import { type EndpointName, endpoints } from '../shared/endpoints.ts';
import { ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { withTimeout } from '../shared/timeout.ts';
import { health } from './health.ts';
import { listFromKv, listSourceHeader } from './list-from-kv.ts';
import { logError } from './request-log.ts';

/** What a handler may use beside its input. */
export interface CallContext {
  env: Env;
  /** The caller's network address. */
  address: string;
  requestId: string;
}

/** A success, and headers that say more of it. */
type HandlerResponse<K extends EndpointName> = CallResponse<K> & { headers?: Record<string, string> };

type Handler<K extends EndpointName> = (
  input: CallInput<K>,
  context: CallContext,
) => Promise<Result<HandlerResponse<K>>>;

/** What the directory says of a page; the rest of the answer repeats the question. */
type ListPage = Omit<CallContent<'listRooms'>, 'limit' | 'offset'>;

/** Puts a status to what a call achieved; a refusal passes as it is. */
function respond<S extends number, T>(statusCode: S, result: Result<T>): Result<{ statusCode: S; content: T }> {
  return result.ok ? ok({ statusCode, content: result.value }) : result;
}

export const handlers: { [K in EndpointName]: Handler<K> } = {
  async createRoom({ body: { token, content } }, { env }) {
    const { tag, link, ...details } = content;
    const room = env.CHAT_ROOM.getByName(link);
    return respond(201, await room.create({ ...details, link, tags: tag, adminToken: token }));
  },

  async listRooms({ query, bearer }, { env, requestId }) {
    const { token, ...request } = query;
    try {
      const listing: Promise<Result<ListPage>> = env.ROOM_DIRECTORY.getByName('rooms').list(request, { token, bearer });
      const page = await withTimeout(limits.directoryTimeoutMs, listing);
      if (!page.ok) return page;
      return ok({ statusCode: 200, content: { ...page.value, limit: request.limit, offset: request.offset } });
    } catch (error) {
      logError(env, 'directory_failed', error, { requestId, route: endpoints.listRooms.path });
      const content = await listFromKv(env.CHATS, query);
      return ok({ statusCode: 200, content, headers: { [listSourceHeader]: 'kv' } });
    }
  },

  async rebuildDirectory({ body: { token, after } }, { env }) {
    return respond(200, await env.ROOM_DIRECTORY.getByName('rooms').rebuild(token, after));
  },

  async updateRoom({ body: { token, link, content } }, { env, address }) {
    const { tag, newToken, joinKey, private: isPrivate, ...details } = content;
    const change = { ...details, tags: tag, adminToken: newToken, joinKey: isPrivate === false ? null : joinKey };
    return respond(200, await env.CHAT_ROOM.getByName(link).update(token, address, change));
  },

  async deleteRoom({ body: { token, link } }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).remove(token, address));
  },

  async getRoom({ params: { link }, query: { token }, bearer, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).view({ token, bearer }, { address, joinKey }));
  },

  async listParticipants({ params: { link }, query: { after, limit }, bearer, joinKey }, { env, address }) {
    const caller = { token: bearer, address, joinKey };
    return respond(200, await env.CHAT_ROOM.getByName(link).participants(caller, after, limit));
  },

  async updateParticipants({ params: { link }, body, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).joinOrLeave({ ...body, address, joinKey }));
  },

  async createInvitation({ params: { link }, body: { token, ...request } }, { env, address }) {
    return respond(201, await env.CHAT_ROOM.getByName(link).invite(token, address, request));
  },

  async listMessages({ params: { link }, query, bearer, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).messages({ token: bearer, address, joinKey }, query));
  },

  async getMessage({ params: { link, id }, bearer, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).message({ token: bearer, address, joinKey }, id));
  },

  async searchMessages({ params: { link }, query, bearer, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).search({ token: bearer, address, joinKey }, query));
  },

  async editMessage({ params: { link, id }, body: { text, ...actor }, joinKey }, { env, address }) {
    const caller = { ...actor, address, joinKey };
    return respond(200, await env.CHAT_ROOM.getByName(link).edit(caller, { messageId: id, text }));
  },

  async deleteMessage({ params: { link, id }, body, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).deleteMessage({ ...body, address, joinKey }, id));
  },

  async addReaction({ params: { link, id, emoji }, body, joinKey }, { env, address }) {
    const reaction = { messageId: id, emoji, on: true };
    return respond(200, await env.CHAT_ROOM.getByName(link).react({ ...body, address, joinKey }, reaction));
  },

  async removeReaction({ params: { link, id, emoji }, body, joinKey }, { env, address }) {
    const reaction = { messageId: id, emoji, on: false };
    return respond(200, await env.CHAT_ROOM.getByName(link).react({ ...body, address, joinKey }, reaction));
  },

  async postMessage({ params: { link }, body, joinKey }, { env, address }) {
    const { token, adminToken, name, ...draft } = body;
    const posted = await env.CHAT_ROOM.getByName(link).post({ token, adminToken, name, address, joinKey }, draft);
    if (!posted.ok) return posted;
    return ok({ statusCode: posted.value.duplicate ? 200 : 201, content: posted.value.message });
  },

  async getReading({ params: { link }, bearer, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).readState({ token: bearer, address, joinKey }));
  },

  async setReading({ params: { link }, body: { messageId, ...actor }, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).markRead({ ...actor, address, joinKey }, messageId));
  },

  async reportMessage({ params: { link, id }, body: { reason, ...actor }, joinKey }, { env, address }) {
    return respond(
      201,
      await env.CHAT_ROOM.getByName(link).reportMessage({ ...actor, address, joinKey }, { messageId: id, reason }),
    );
  },

  async moderate({ params: { link }, body: { token, adminToken, ...action }, joinKey }, { env, address }) {
    return respond(201, await env.CHAT_ROOM.getByName(link).moderate({ token, adminToken, address, joinKey }, action));
  },

  async getModeration({ params: { link }, query: { before, limit }, bearer, joinKey }, { env, address }) {
    const room = env.CHAT_ROOM.getByName(link);
    return respond(200, await room.moderationPage({ token: bearer, address, joinKey }, before, limit));
  },

  async eraseOneself({ params: { link }, body, joinKey }, { env, address }) {
    return respond(200, await env.CHAT_ROOM.getByName(link).eraseParticipant({ ...body, address, joinKey }));
  },

  async storeChatMessage({ body: { token, userId, sessionId, message, role, chatId } }, { env, address }) {
    const user = env.USER_SESSIONS.getByName(userId);
    const stored = await user.store({ userId, token, address }, { sessionId, chatId, message, role });
    if (!stored.ok) return stored;
    const { entry, duplicate, token: issuedToken } = stored.value;
    const content = { userId, ...entry, ...(issuedToken !== undefined && { token: issuedToken }) };
    return ok({ statusCode: duplicate ? 200 : 201, content });
  },

  async getChatHistory({ query: { userId, sessionId, after = 0, limit }, bearer }, { env, address }) {
    const user = env.USER_SESSIONS.getByName(userId);
    return respond(200, await user.history({ userId, token: bearer, address }, sessionId, after, limit));
  },

  async getAllSessions({ query: { userId, after, limit }, bearer }, { env, address }) {
    const page = await env.USER_SESSIONS.getByName(userId).sessions({ userId, token: bearer, address }, after, limit);
    return page.ok ? ok({ statusCode: 200, content: { userId, ...page.value } }) : page;
  },

  async deleteChatHistory({ body: { token, userId, sessionId } }, { env, address }) {
    return respond(200, await env.USER_SESSIONS.getByName(userId).remove({ userId, token, address }, sessionId));
  },

  async issueToken({ body: { token, ...request } }, { env }) {
    return respond(201, await env.USER_SESSIONS.getByName(request.userId).issueToken(token, request));
  },

  async health(_, { env }) {
    return respond(200, await health(env));
  },
};
