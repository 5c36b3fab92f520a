/** The client library: typed REST calls and a connection to a room that comes back by itself. */

export { countCharacters, limits } from '../shared/limits.ts';
export { linkPattern, reservedLinks } from '../shared/links.ts';
export type { Message } from '../shared/message.ts';
export { cleanName, looksLikeRole } from '../shared/names.ts';
export { displayName, type Participant, type RoleName, shortId } from '../shared/participant.ts';
export type { RoomView } from '../shared/room.ts';
export { type Api, ApiError, createApi } from './api.ts';
export { RoomConnection, type RoomConnectionOptions, type RoomCredentials } from './connection.ts';
export type { ConnectionPhase, OutgoingMessage, RoomState } from './state.ts';
