/** Confirmation dialogs for actions that affect others or cannot be undone. */
import { useSignal } from '@preact/signals';
import { ApiError, limits, type Message, type Participant } from '../../../client/index.ts';
import { api } from '../api.ts';
import { Checkbox } from '../checkbox.tsx';
import { device } from '../device.ts';
import { SegmentedControl } from '../menu.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { words } from './dialog-words.ts';
import type { RoomViewState } from './room-view-state.ts';

/** One day in seconds. */
const day = 24 * 60 * 60;

interface ViewProps {
  view: RoomViewState;
}

interface MessageProps extends ViewProps {
  message: Message;
}

export function DeleteMessage({ view, message, anchor }: MessageProps & { anchor: Element }) {
  const { deleteMessageTitle, deleteMessageText, deleteMessage } = words.value;
  return (
    <ConfirmDialog
      title={deleteMessageTitle}
      explanation={deleteMessageText}
      confirmLabel={deleteMessage}
      isDanger
      returnFocusTo={anchor.closest<HTMLElement>('[data-message-id]')}
      onConfirm={() => view.controller.connection.delete(message.id)}
      onClose={() => view.closeOverlay()}
    />
  );
}

export function Report({ view, message }: MessageProps) {
  const { reportTitle, reportText, report, reason, optional } = words.value;
  return (
    <ConfirmDialog
      title={reportTitle}
      explanation={reportText}
      confirmLabel={report}
      field={{ label: reason, hint: optional, maxLength: limits.moderation.reasonLength }}
      onConfirm={(text) => view.controller.connection.report(message.id, text || undefined)}
      onClose={() => view.closeOverlay()}
    />
  );
}

export function Ban({ view, person }: ViewProps & { person: Participant }) {
  const { banTitle, banText, ban, reason, reasonNote, duration, days, permanent, banAddresses } = words.value;
  const addresses = useSignal(false);
  const seconds = useSignal(0);
  return (
    <ConfirmDialog
      title={banTitle(person.name)}
      explanation={banText}
      confirmLabel={ban}
      isDanger
      field={{ label: reason, hint: reasonNote, maxLength: limits.moderation.reasonLength }}
      onConfirm={(text) =>
        view.controller.connection.moderate({
          action: 'ban',
          target: person.id,
          ...(seconds.value > 0 && { seconds: seconds.value }),
          ...(text && { reason: text }),
          ...(addresses.value && { addresses: true }),
        })
      }
      onClose={() => view.closeOverlay()}
    >
      <SegmentedControl
        label={duration}
        options={[
          { value: day, label: days(1) },
          { value: 7 * day, label: days(7) },
          { value: 0, label: permanent },
        ]}
        selected={seconds.value}
        onSelect={(chosen) => {
          seconds.value = chosen;
        }}
      />
      {view.controller.isAdmin.value && (
        <Checkbox
          label={banAddresses}
          checked={addresses.value}
          onChange={(checked) => {
            addresses.value = checked;
          }}
        />
      )}
    </ConfirmDialog>
  );
}

export function DeleteRoom({ view }: ViewProps) {
  const { deleteRoomTitle, deleteRoomText, deleteRoom } = words.value;
  const { link, adminToken = '' } = view.controller;
  return (
    <ConfirmDialog
      title={deleteRoomTitle}
      explanation={deleteRoomText}
      confirmLabel={deleteRoom}
      isDanger
      onConfirm={async () => {
        await api.deleteRoom({ body: { token: adminToken, link } });
        device.removeAdminToken(link);
      }}
      onClose={() => view.closeOverlay()}
    />
  );
}

export function EnterAsAdmin({ view }: ViewProps) {
  const { enterAsAdmin, enterAsAdminText, adminToken, enter } = words.value;
  const { controller } = view;
  return (
    <ConfirmDialog
      title={enterAsAdmin}
      explanation={enterAsAdminText}
      confirmLabel={enter}
      field={{ label: adminToken, maxLength: limits.participant.tokenLength, isRequired: true, isSecret: true }}
      onConfirm={async (token) => {
        // A token with characters that a header cannot hold is never valid.
        if (/[^\x20-\x7e]/.test(token)) throw new ApiError(403, words.value.wrongAdminToken);
        const call = { params: { link: controller.link } };
        const { isAdmin } = await api.getRoom(call, { ...controller.callOptions, bearer: token });
        if (!isAdmin) throw new ApiError(403, words.value.wrongAdminToken);
        controller.joinAsAdmin(token);
      }}
      onClose={() => view.closeOverlay()}
    />
  );
}
