/** A room, at `/chat/LINK/`: `#m12` opens it at a message, `#key=…` with what opens a private one. */
import { render } from 'preact';
import { followKeyboard } from './keyboard.ts';
import { dressPage } from './page.ts';
import { RoomPage } from './room/room-page.tsx';
import { RoomSession } from './room/session.ts';
import { RoomView } from './room/view.ts';

const [, , link = ''] = location.pathname.split('/');

/** What stands behind the `#`: a key is taken out of the address, so that nobody sees it there or is sent it. */
function takeHash(): { joinKey?: string; messageId?: number } {
  const { hash, pathname, search } = location;
  const [, messageId] = /^#m(\d{1,15})$/.exec(hash) ?? [];
  if (messageId) return { messageId: Number(messageId) };
  const joinKey = new URLSearchParams(hash.slice(1)).get('key');
  if (!joinKey) return {};
  history.replaceState(history.state, '', pathname + search);
  return { joinKey };
}

const page = document.getElementById('page');
if (page) {
  dressPage();
  followKeyboard();
  const { joinKey, messageId } = takeHash();
  const session = new RoomSession(link, { joinKey });
  const view = new RoomView(session, messageId);
  addEventListener('hashchange', () => {
    const asked = takeHash();
    if (asked.messageId !== undefined) void view.jumpTo(asked.messageId);
    if (asked.joinKey !== undefined) session.enterWith(asked.joinKey);
  });
  render(<RoomPage view={view} />, page);
}
