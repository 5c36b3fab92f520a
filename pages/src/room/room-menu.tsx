/** The menu of a room: settings of this device, and actions of moderators and the admin. */
import { switchLanguage } from '../language.ts';
import { Menu, MenuItem, SegmentedControl } from '../menu.tsx';
import { switchTheme, theme } from '../theme.ts';
import { words } from './dialog-words.ts';
import { downloadExport } from './export.ts';
import type { RoomViewState } from './room-view-state.ts';
import { RequestError, useRequest } from './use-request.tsx';
import { useRoomState } from './use-room.ts';

const minute = 60;

export function RoomMenu({ view, anchor }: { view: RoomViewState; anchor: Element }) {
  const text = words.value;
  const { controller, notifier } = view;
  const close = () => view.closeOverlay();
  return (
    <Menu label={text.roomMenu} anchor={anchor} onClose={close}>
      <MenuItem icon="search" label={text.searchRoom} onPress={() => view.openOverlay({ name: 'search' })} />
      {notifier.isSupported && (
        <MenuItem
          icon="bell"
          label={text.notifications}
          detail={notifier.isEnabled.value ? text.on : text.off}
          isPressed={notifier.isEnabled.value}
          onPress={() => void notifier.setEnabled(!notifier.isEnabled.value)}
        />
      )}
      <MenuItem icon="theme" label={text.theme} detail={text.themes[theme.value]} onPress={switchTheme} />
      <MenuItem icon="language" label={text.languageName} detail={text.otherLanguage} onPress={switchLanguage} />
      {controller.isModerator.value && <ModeratorItems view={view} />}
      {controller.isAdmin.value && <AdminItems view={view} />}
      {!controller.isAdmin.value && (
        <>
          <hr />
          <MenuItem icon="key" label={text.enterAsAdmin} onPress={() => view.openOverlay({ name: 'admin' })} />
        </>
      )}
    </Menu>
  );
}

function ModeratorItems({ view }: { view: RoomViewState }) {
  const text = words.value;
  const { controller } = view;
  const chatSettings = useRoomState(controller, (state) => state.chatSettings);
  const request = useRequest();
  return (
    <>
      <hr />
      <MenuItem
        icon="lock"
        label={text.lockRoom}
        detail={chatSettings.locked ? text.on : text.off}
        isPressed={chatSettings.locked}
        onPress={() =>
          void request.run(() => controller.connection.moderate({ action: chatSettings.locked ? 'unlock' : 'lock' }))
        }
      />
      <SegmentedControl
        label={text.slowModeLabel}
        options={[
          { value: 0, label: text.off },
          { value: 5, label: text.seconds(5) },
          { value: 30, label: text.seconds(30) },
          { value: 2 * minute, label: text.minutes(2) },
        ]}
        selected={chatSettings.slowSeconds}
        onSelect={(seconds) => void request.run(() => controller.connection.moderate({ action: 'slow', seconds }))}
      />
      <MenuItem icon="book" label={text.moderationLog} onPress={() => view.openOverlay({ name: 'moderation-log' })} />
      <RequestError request={request} />
    </>
  );
}

function AdminItems({ view }: { view: RoomViewState }) {
  const text = words.value;
  const request = useRequest();
  return (
    <>
      <MenuItem icon="edit" label={text.editRoom} onPress={() => view.openOverlay({ name: 'edit-room' })} />
      <MenuItem
        icon="down"
        label={text.exportRoom}
        detail="NDJSON"
        onPress={() => void request.run(() => downloadExport(view.controller))}
      />
      <hr />
      <MenuItem
        icon="trash"
        label={text.deleteRoom}
        isDanger
        onPress={() => view.openOverlay({ name: 'delete-room' })}
      />
      <RequestError request={request} />
    </>
  );
}
