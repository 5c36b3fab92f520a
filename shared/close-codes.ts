/** WebSocket close codes (docs/protocol.md, "Close codes"). Import as `closeCodes`. */

export const badFrames = 4400;
export const credential = 4401;
export const forbidden = 4403;
export const noRoom = 4404;
export const noAuth = 4408;
export const roomDeleted = 4410;
export const tooLarge = 4413;
export const flooding = 4429;
export const overloaded = 4503;

/** Clients reconnect, with jitter, after these close codes only. */
export const reconnecting: readonly number[] = [1001, 1006, 1011, 1012, noAuth, flooding, overloaded];
