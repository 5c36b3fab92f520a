/** The client library: typed REST calls and a connection to a room that comes back by itself. */

export { cleanName, looksLikeRole } from '../shared/display-names.ts';
export type { ServerAckFrame, ServerErrorFrame, ServerFrame } from '../shared/frames.ts';
export { clientLimits as limits, countCharacters } from '../shared/limits.ts';
export { linkPattern, reservedLinks } from '../shared/links.ts';
export type { Message, Reaction, ReadState } from '../shared/message.ts';
export type { ChatSettings, MemberStatus, ModerationAct, ModerationEntry } from '../shared/moderation.ts';
export { displayName, type Participant, type RoleName, shortId } from '../shared/participant.ts';
export type { ListSort, RoomInfo, RoomView } from '../shared/room.ts';
export { type Api, type CallOptions, createApi, exportRoom } from './api.ts';
export { ApiError } from './api-error.ts';
export type { Typist } from './company.ts';
export { RoomConnection, type RoomConnectionOptions } from './connection.ts';
export type { RoomCredentials, TokenSource } from './credentials.ts';
export type { Sending } from './outbox.ts';
export {
  advance,
  type ConnectionPhase,
  initialState,
  type OutgoingMessage,
  type RoomEvent,
  type RoomState,
} from './state.ts';
