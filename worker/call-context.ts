/** Types of the handlers: what they receive beside the validated input, and what they return. */
import type { AllEndpoints, CallName } from '../shared/all-endpoints.ts';
import type { CallInput, CallResponse } from '../shared/call-types.ts';
import type { Result } from '../shared/failures.ts';

/** Context of a request before it is routed. */
export interface RequestContext {
  env: Env;
  /** The client's network address (client-address.ts). */
  address: string;
  requestId: string;
}

/** The sender of a call: credentials from the body or the headers, in the form that the objects accept. */
export interface Caller {
  address: string;
  joinKey: string | undefined;
  token: string | undefined;
  adminToken: string | undefined;
  name: string | undefined;
}

export type RoomStub = ReturnType<Env['CHAT_ROOM']['getByName']>;

export interface CallContext<K extends CallName> extends RequestContext {
  request: Request;
  caller: Caller;
  /** The object of the room, on calls about one room. */
  room: AllEndpoints[K] extends { link: string } ? RoomStub : undefined;
}

interface ResponseDetails {
  headers?: Record<string, string>;
  /** Whether the call succeeded, but its `token` did not grant the rights that it claims. It then counts as a guess. */
  wrongSecret?: boolean;
}

/** The JSON response of a call, or the whole response on raw endpoints. */
export type HandlerResponse<K extends CallName> = AllEndpoints[K] extends { isRaw: true }
  ? Response
  : CallResponse<K> & ResponseDetails;

export type Handler<K extends CallName> = (
  input: CallInput<K>,
  context: CallContext<K>,
) => Promise<Result<HandlerResponse<K>>>;
