/** Entry point of the room page, `/chat/LINK/`. `#m12` opens it at a message, `#key=…` has the key or an invitation. */
import { render } from 'preact';
import { initPage } from './page.ts';
import { RoomController } from './room/room-controller.ts';
import { RoomPage } from './room/room-page.tsx';
import { RoomViewState } from './room/room-view-state.ts';
import { fitToVirtualKeyboard } from './virtual-keyboard.ts';

const [, , link = ''] = location.pathname.split('/');

/** Parses the URL fragment. A key is removed from the address bar, so that it is not shown or shared by accident. */
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
  const controller = new RoomController(link, { joinKey });
  const view = new RoomViewState(controller, messageId);
  addEventListener('hashchange', () => {
    const target = readHash();
    if (target.messageId !== undefined) void view.jumpTo(target.messageId);
    if (target.joinKey !== undefined) controller.joinWithKey(target.joinKey);
  });
  render(<RoomPage view={view} />, page);
}
