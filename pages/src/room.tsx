/** A room, at `/chat/LINK/`: `#m12` opens it at a message, `#key=…` with what opens a private one. */
import { render } from 'preact';
import { followKeyboard } from './keyboard.ts';
import { dressPage } from './page.ts';
import { kept } from './room/kept.ts';
import { RoomPage } from './room/room-page.tsx';
import { RoomSession } from './room/session.ts';
import { RoomView } from './room/view.ts';

const [, , link = ''] = location.pathname.split('/');
const asked = new URLSearchParams(location.hash.slice(1));

const key = asked.get('key');
if (key) {
  kept.keepJoinKey(link, key);
  // Whoever looks over one's shoulder, or is sent the address, gets no key.
  history.replaceState(history.state, '', location.pathname + location.search);
}
const message = /^#m(\d{1,15})$/.exec(location.hash)?.[1];

const page = document.getElementById('page');
if (page) {
  dressPage();
  followKeyboard();
  const view = new RoomView(new RoomSession(link), message === undefined ? undefined : Number(message));
  addEventListener('hashchange', () => {
    const [, id] = /^#m(\d{1,15})$/.exec(location.hash) ?? [];
    if (id) void view.jumpTo(Number(id));
  });
  render(<RoomPage view={view} />, page);
}
