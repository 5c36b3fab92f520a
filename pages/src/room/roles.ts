/** Roles of participants, as far as the pages depend on them. */
import type { Participant } from '../../../client/index.ts';

const moderatorRoles = ['moderator', 'admin', 'operator'];

/** Whether a participant may moderate the room. */
export function isModeratorOrHigher({ role }: Pick<Participant, 'role'>): boolean {
  return moderatorRoles.includes(role);
}
