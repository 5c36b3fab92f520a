/** A room, at `/chat/LINK/`. */
import { render } from 'preact';
import { RoomPage } from './room/room-page.tsx';
import { RoomSession } from './room/session.ts';

const [, , link = ''] = location.pathname.split('/');
const page = document.getElementById('page');
if (page) render(<RoomPage session={new RoomSession(link)} />, page);
