/** The participants of a room, page by page. */
import { cutPage } from '../../../shared/pagination.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';

/** A page of participants in the order of their ids, and the participant count, which includes visitors. */
export interface ParticipantPage {
  participants: Participant[];
  participantCount: number;
  /** The `after` of the next page; absent on the last. */
  next?: string;
}

/** @param after the id of the last participant of the page before */
export function listParticipants(room: Room, after: string | undefined, limit: number): ParticipantPage {
  const following = room.participants.list().filter(({ id }) => after === undefined || id > after);
  const { rows: participants, last } = cutPage(following, limit);
  return { participants, participantCount: room.participants.count(), ...(last && { next: last.id }) };
}
