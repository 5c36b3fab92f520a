/** What can be done with the room: by anyone on this device, and by those who keep order. */

import { switchLanguage } from '../language.ts';
import { Menu, MenuItem, Steps } from '../menu.tsx';
import { switchTheme, theme } from '../theme.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import { downloadExport } from './export.ts';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';

const minute = 60;

export function RoomMenu({ view, at }: { view: RoomView; at: Element }) {
  const text = words.value;
  const { session, notifier } = view;
  const close = () => view.close();
  return (
    <Menu label={text.roomMenu} at={at} onClose={close}>
      <MenuItem icon="search" label={text.searchRoom} onPress={() => view.open({ name: 'search' })} />
      {notifier.isPossible && (
        <MenuItem
          icon="bell"
          label={text.notifications}
          side={notifier.isOn.value ? text.on : text.off}
          pressed={notifier.isOn.value}
          onPress={() => void notifier.turn(!notifier.isOn.value)}
        />
      )}
      <MenuItem icon="theme" label={text.theme} side={text.themes[theme.value]} onPress={switchTheme} />
      <MenuItem icon="language" label={text.languageName} side={text.otherLanguage} onPress={switchLanguage} />
      {session.isModerator.value && <OrderItems view={view} />}
      {session.isAdmin.value && <AdminItems view={view} />}
      {!session.isAdmin.value && (
        <>
          <hr />
          <MenuItem icon="key" label={text.enterAsAdmin} onPress={() => view.open({ name: 'admin' })} />
        </>
      )}
    </Menu>
  );
}

/** For moderators. */
function OrderItems({ view }: { view: RoomView }) {
  const text = words.value;
  const { session } = view;
  const conduct = useRoom(session, (state) => state.conduct);
  const attempt = useAttempt();
  return (
    <>
      <hr />
      <MenuItem
        icon="lock"
        label={text.lockRoom}
        side={conduct.locked ? text.on : text.off}
        pressed={conduct.locked}
        onPress={() => void attempt.run(() => session.room.moderate({ action: conduct.locked ? 'unlock' : 'lock' }))}
      />
      <Steps
        label={text.slowModeEach}
        steps={[
          { value: 0, label: text.off },
          { value: 5, label: text.seconds(5) },
          { value: 30, label: text.seconds(30) },
          { value: 2 * minute, label: text.minutes(2) },
        ]}
        chosen={conduct.slowSeconds}
        onChoose={(seconds) => void attempt.run(() => session.room.moderate({ action: 'slow', seconds }))}
      />
      <MenuItem icon="book" label={text.records} onPress={() => view.open({ name: 'records' })} />
      <Problem attempt={attempt} />
    </>
  );
}

/** For the room's admin. */
function AdminItems({ view }: { view: RoomView }) {
  const text = words.value;
  const attempt = useAttempt();
  return (
    <>
      <MenuItem icon="edit" label={text.editRoom} onPress={() => view.open({ name: 'details' })} />
      <MenuItem
        icon="down"
        label={text.exportRoom}
        side="NDJSON"
        onPress={() => void attempt.run(() => downloadExport(view.session))}
      />
      <hr />
      <MenuItem icon="trash" label={text.deleteRoom} isDanger onPress={() => view.open({ name: 'delete-room' })} />
      <Problem attempt={attempt} />
    </>
  );
}
