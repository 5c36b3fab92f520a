/** Menus and questions, which are loaded together when the first of them is wanted. */

export { Details } from './details.tsx';
export { MessageMenu, StampMenu } from './message-menu.tsx';
export { PeopleSheet } from './people-sheet.tsx';
export { PersonMenu } from './person-menu.tsx';
export { Ban, DeleteMessage, DeleteRoom, EnterAsAdmin, Report } from './questions.tsx';
export { Records } from './records.tsx';
export { RoomMenu } from './room-menu.tsx';
