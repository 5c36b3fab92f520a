/** The ping frame that the runtime answers without waking the room, and its answer. */

export const automaticPing = '{"type":"ping"}';
export const automaticPong = '{"type":"pong"}';
