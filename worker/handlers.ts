/** The handler of each call. Each calls one Durable Object: a room, a user's sessions or the directory. */
import type { CallName } from '../shared/all-endpoints.ts';
import type { CallContent } from '../shared/call-types.ts';
import { endpoints } from '../shared/endpoints.ts';
import { ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { withTimeout } from '../shared/timeout.ts';
import type { Handler } from './call-context.ts';
import { exportRoom } from './export.ts';
import { health } from './health.ts';
import { cancelImport, importRoom } from './import.ts';
import { listFromKv, listSourceHeader } from './list-from-kv.ts';
import { getMetrics } from './metrics.ts';
import { logError } from './request-log.ts';
import { forwardUpgrade } from './websocket.ts';

/** A page of the directory; the response also repeats the requested limit and offset. */
type ListPage = Omit<CallContent<'listRooms'>, 'limit' | 'offset'>;

/** Adds the status of a success to the result of an object. */
function respond<S extends number, T>(statusCode: S, result: Result<T>): Result<{ statusCode: S; content: T }> {
  return result.ok ? ok({ statusCode, content: result.value }) : result;
}

export const handlers: { [K in CallName]: Handler<K> } = {
  async createRoom({ body: { token, content } }, { room }) {
    const { tag, ...details } = content;
    return respond(201, await room.create({ ...details, tags: tag, adminToken: token }));
  },

  async listRooms({ query, bearer }, { env, requestId }) {
    const { token, ...request } = query;
    try {
      const listing: Promise<Result<ListPage>> = env.ROOM_DIRECTORY.getByName('rooms').list({ token, bearer }, request);
      const page = await withTimeout(limits.http.directoryTimeoutMs, listing);
      if (!page.ok) return page;
      const content = { ...page.value, limit: request.limit, offset: request.offset };
      return ok({ statusCode: 200, content, wrongSecret: !content.chats.some(({ isAdmin }) => isAdmin) });
    } catch (error) {
      logError(env, 'directory_failed', error, { requestId, route: endpoints.listRooms.path });
      const content = await listFromKv(env.CHATS, query);
      // KV holds no tokens, so the page does not show whether the token is wrong.
      return ok({ statusCode: 200, content, headers: { [listSourceHeader]: 'kv' } });
    }
  },

  async rebuildDirectory({ body: { token, after } }, { env }) {
    return respond(200, await env.ROOM_DIRECTORY.getByName('rooms').rebuild(token, after));
  },

  async updateRoom({ body: { content } }, { room, caller }) {
    const { tag, newToken, joinKey, private: isPrivate, ...details } = content;
    const change = { ...details, tags: tag, adminToken: newToken, joinKey: isPrivate === false ? null : joinKey };
    return respond(200, await room.update(caller, change));
  },

  async deleteRoom(_, { room, caller }) {
    return respond(200, await room.remove(caller));
  },

  async getRoom({ query: { token }, bearer }, { room, caller }) {
    const viewed = await room.view({ ...caller, token, bearer });
    return viewed.ok ? ok({ statusCode: 200, content: viewed.value, wrongSecret: !viewed.value.isAdmin }) : viewed;
  },

  async listParticipants({ query: { after, limit } }, { room, caller }) {
    return respond(200, await room.participants(caller, after, limit));
  },

  async updateParticipants({ body: { action, lease } }, { room, caller }) {
    return respond(200, await room.joinOrLeave(caller, { action, lease }));
  },

  async createInvitation({ body: { name, expiresIn } }, { room, caller }) {
    return respond(201, await room.invite(caller, { name, expiresIn }));
  },

  async listMessages({ query }, { room, caller }) {
    return respond(200, await room.messages(caller, query));
  },

  async getMessage({ params: { id } }, { room, caller }) {
    return respond(200, await room.message(caller, id));
  },

  async searchMessages({ query }, { room, caller }) {
    return respond(200, await room.search(caller, query));
  },

  async editMessage({ params: { id }, body: { text } }, { room, caller }) {
    return respond(200, await room.edit(caller, { messageId: id, text }));
  },

  async deleteMessage({ params: { id } }, { room, caller }) {
    return respond(200, await room.deleteMessage(caller, id));
  },

  async addReaction({ params: { id, emoji } }, { room, caller }) {
    return respond(200, await room.react(caller, { messageId: id, emoji, on: true }));
  },

  async removeReaction({ params: { id, emoji } }, { room, caller }) {
    return respond(200, await room.react(caller, { messageId: id, emoji, on: false }));
  },

  async postMessage({ body: { clientId, text, replyTo } }, { room, caller }) {
    const posted = await room.post(caller, { clientId, text, replyTo });
    if (!posted.ok) return posted;
    return ok({ statusCode: posted.value.duplicate ? 200 : 201, content: posted.value.message });
  },

  async getReading(_, { room, caller }) {
    return respond(200, await room.readState(caller));
  },

  async setReading({ body: { messageId } }, { room, caller }) {
    return respond(200, await room.markRead(caller, messageId));
  },

  async reportMessage({ params: { id }, body: { reason } }, { room, caller }) {
    return respond(201, await room.reportMessage(caller, { messageId: id, reason }));
  },

  async moderate({ body: { token: _, adminToken: __, ...act } }, { room, caller }) {
    return respond(201, await room.moderate(caller, act));
  },

  async getModeration({ query: { before, limit } }, { room, caller }) {
    return respond(200, await room.moderationPage(caller, before, limit));
  },

  async eraseOneself(_, { room, caller }) {
    return respond(200, await room.eraseParticipant(caller));
  },

  async storeChatMessage({ body: { userId, sessionId, message, role, chatId } }, { env, caller: { token, address } }) {
    const user = env.USER_SESSIONS.getByName(userId);
    const stored = await user.store({ userId, token, address }, { sessionId, chatId, message, role });
    if (!stored.ok) return stored;
    const { entry, duplicate, token: issuedToken } = stored.value;
    const content = { userId, ...entry, ...(issuedToken !== undefined && { token: issuedToken }) };
    return ok({ statusCode: duplicate ? 200 : 201, content });
  },

  async getChatHistory({ query: { userId, sessionId, after = 0, limit } }, { env, caller: { token, address } }) {
    const user = env.USER_SESSIONS.getByName(userId);
    return respond(200, await user.history({ userId, token, address }, sessionId, after, limit));
  },

  async getAllSessions({ query: { userId, after, limit } }, { env, caller: { token, address } }) {
    const page = await env.USER_SESSIONS.getByName(userId).sessions({ userId, token, address }, after, limit);
    return page.ok ? ok({ statusCode: 200, content: { userId, ...page.value } }) : page;
  },

  async deleteChatHistory({ body: { userId, sessionId } }, { env, caller: { token, address } }) {
    return respond(200, await env.USER_SESSIONS.getByName(userId).remove({ userId, token, address }, sessionId));
  },

  async issueToken({ body: { token, ...request } }, { env }) {
    return respond(201, await env.USER_SESSIONS.getByName(request.userId).issueToken(token, request));
  },

  async health(_, { env }) {
    return respond(200, await health(env));
  },

  connect: forwardUpgrade,
  getMetrics,
  exportRoom,
  importRoom,
  cancelImport,
};
