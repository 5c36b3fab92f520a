/** A room, at `/chat/LINK/`: `#m12` opens it at a message, `#key=…` with what opens a private one. */
import { render } from 'preact';
import { initPage } from './page.ts';
import { RoomController } from './room/room-controller.ts';
import { RoomPage } from './room/room-page.tsx';
import { RoomViewState } from './room/room-view-state.ts';
import { fitToVirtualKeyboard } from './virtual-keyboard.ts';

const [, , link = ''] = location.pathname.split('/');

/** What stands behind the `#`: a key is taken out of the address, so that nobody sees it there or is sent it. */
function readHash(): { joinKey?: string; messageId?: number } {
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
  initPage();
  fitToVirtualKeyboard();
  const { joinKey, messageId } = readHash();
  const session = new RoomController(link, { joinKey });
  const view = new RoomViewState(session, messageId);
  addEventListener('hashchange', () => {
    const asked = readHash();
    if (asked.messageId !== undefined) void view.jumpTo(asked.messageId);
    if (asked.joinKey !== undefined) session.joinWithKey(asked.joinKey);
  });
  render(<RoomPage view={view} />, page);
}
