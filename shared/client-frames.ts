/** The frames that clients send over `/chat/:link/ws` (docs/protocol.md), and their decoding. */
import * as v from 'valibot';
import { decode, parseJson } from './decode.ts';
import type { Result } from './failures.ts';
import {
  ClientId,
  Emoji,
  IntegerFrom,
  LeaseSecret,
  MessageId,
  MessageText,
  Name,
  PresentedKey,
  Reason,
  Ref,
  Token,
} from './fields.ts';
import { limits } from './limits.ts';
import { aroundMustStandAlone, isExclusiveAround } from './message.ts';
import { moderationActionSchemas } from './moderation.ts';

const refField = { ref: v.optional(Ref) };

/** The first frame. A later one refreshes the credential of the same participant. Without a token: a viewer. */
export const ClientAuthFrame = v.object({
  type: v.literal('auth'),
  ...refField,
  token: v.optional(Token),
  adminToken: v.optional(Token),
  name: v.optional(Name),
  lease: v.optional(LeaseSecret),
  /** The join key of a private room, or an invitation. */
  joinKey: v.optional(PresentedKey),
  resume: v.optional(v.object({ epoch: v.string(), rev: IntegerFrom(0) })),
  /** Whether the client understands `batch` frames. */
  batch: v.optional(v.boolean()),
  /** Protocol version. */
  v: v.optional(v.literal(1)),
});

/** Posts a message. With a `clientId` that was used before, returns the existing message. */
const ClientSendFrame = v.object({
  type: v.literal('send'),
  ...refField,
  clientId: ClientId,
  text: MessageText,
  replyTo: v.optional(MessageId),
});

/** Replaces the text of the sender's own message. */
const ClientEditFrame = v.object({
  type: v.literal('edit'),
  ...refField,
  messageId: MessageId,
  text: MessageText,
});

/** Deletes a message and leaves a tombstone. */
const ClientDeleteFrame = v.object({ type: v.literal('delete'), ...refField, messageId: MessageId });

/** Adds (`on`) or removes a reaction. */
const ClientReactFrame = v.object({
  type: v.literal('react'),
  ...refField,
  messageId: MessageId,
  emoji: Emoji,
  on: v.boolean(),
});

/** A moderation action. */
const ClientModerateFrame = v.variant('action', moderationActionSchemas({ type: v.literal('moderate'), ...refField }));

/** Reports a message to the moderators. */
const ClientReportFrame = v.object({
  type: v.literal('report'),
  ...refField,
  messageId: MessageId,
  reason: v.optional(Reason),
});

/** The sender started or stopped typing. Clients repeat it while typing continues. */
const ClientTypingFrame = v.object({ type: v.literal('typing'), ...refField, on: v.boolean() });

/** Marks everything up to this message as read. */
const ClientReadFrame = v.object({ type: v.literal('read'), ...refField, messageId: MessageId });

/** Requests a page of the log. Without `before`, `after` and `around`, the newest page. */
const ClientHistoryFrame = v.pipe(
  v.object({
    type: v.literal('history'),
    ...refField,
    before: v.optional(MessageId),
    /** 0 requests the first page. */
    after: v.optional(IntegerFrom(0)),
    /** Id of the message in the middle of the page. */
    around: v.optional(MessageId),
    limit: v.optional(
      v.pipe(
        IntegerFrom(1),
        v.transform((limit) => Math.min(limit, limits.page.sizeMax)),
      ),
    ),
  }),
  v.forward(
    v.check((place) => isExclusiveAround(place), aroundMustStandAlone),
    ['around'],
  ),
);

/** The runtime answers exactly `{"type":"ping"}`; the room answers any other form. */
const ClientPingFrame = v.object({ type: v.literal('ping'), ...refField });

export const ClientFrame = v.variant('type', [
  ClientAuthFrame,
  ClientSendFrame,
  ClientEditFrame,
  ClientDeleteFrame,
  ClientReactFrame,
  ClientModerateFrame,
  ClientReportFrame,
  ClientTypingFrame,
  ClientReadFrame,
  ClientHistoryFrame,
  ClientPingFrame,
]);
export type ClientFrame = v.InferOutput<typeof ClientFrame>;
export type ClientAuthFrame = v.InferOutput<typeof ClientAuthFrame>;

/** The `ref` of a frame that may otherwise be invalid, so that its `error` can contain it. */
function parseRef(input: unknown): Ref | undefined {
  const parsed = v.safeParse(v.object({ ref: Ref }), input);
  return parsed.success ? parsed.output.ref : undefined;
}

/**
 * Decodes one frame of a client.
 * @returns the frame or the failure (`bad_json` or `invalid`, 400), and the `ref` that the answer must contain
 */
export function decodeClientFrame(text: string): { ref: Ref | undefined; frame: Result<ClientFrame> } {
  const json = parseJson(text);
  if (!json.ok) return { ref: undefined, frame: json };
  return { ref: parseRef(json.value), frame: decode(ClientFrame, json.value) };
}
