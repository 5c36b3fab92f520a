/** The client library: typed REST calls, and a connection to a room that reconnects and resumes by itself. */

export { clientLimits as limits, countCharacters } from '../shared/client-limits.ts';
export { cleanName, looksLikeRole } from '../shared/display-names.ts';
export type { ServerAckFrame, ServerErrorFrame, ServerFrame } from '../shared/frames.ts';
export { linkPattern, reservedLinks } from '../shared/links.ts';
export type { Message, Reaction, ReadState } from '../shared/message.ts';
export type { ChatSettings, MemberStatus, ModerationAct, ModerationEntry } from '../shared/moderation.ts';
export { displayName, type Participant, type RoleName, shortId } from '../shared/participant.ts';
export type { ListSort, RoomInfo, RoomView } from '../shared/room.ts';
export { type Api, type CallOptions, createApi, exportRoom } from './rest/api.ts';
export { ApiError } from './rest/api-error.ts';
export type { RoomConnectionOptions } from './room/connection-options.ts';
export type { RoomCredentials, TokenProvider } from './room/credentials.ts';
export type { Sending } from './room/outbox.ts';
export type { TypingParticipant } from './room/people.ts';
export { RoomConnection } from './room/room-connection.ts';
export {
  type ConnectionPhase,
  initialState,
  type OutgoingMessage,
  type RoomEvent,
  type RoomState,
  reduce,
} from './room/room-state.ts';
