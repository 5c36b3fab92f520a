/** Menus and dialogs, loaded as one chunk when the first of them is opened. */

export { Ban, DeleteMessage, DeleteRoom, EnterAsAdmin, Report } from './confirm-dialogs.tsx';
export { EditRoom } from './edit-room.tsx';
export { MessageMenu, ReactionMenu } from './message-menu.tsx';
export { ModerationLog } from './moderation-log.tsx';
export { PeopleSheet } from './people-sheet.tsx';
export { PersonMenu } from './person-menu.tsx';
export { RoomMenu } from './room-menu.tsx';
