/** What is asked before something is done that others notice and that cannot be taken back at once. */
import { useSignal } from '@preact/signals';
import { ApiError, limits, type Message, type Participant } from '../../../client/index.ts';
import { api } from '../api.ts';
import { Check } from '../check.tsx';
import { device } from '../device.ts';
import { Steps } from '../menu.tsx';
import { words } from './dialog-words.ts';
import { Question } from './question.tsx';
import type { RoomView } from './view.ts';

/** Seconds. */
const day = 24 * 60 * 60;

interface ViewProps {
  view: RoomView;
}

interface MessageProps extends ViewProps {
  message: Message;
}

export function DeleteMessage({ view, message, at }: MessageProps & { at: Element }) {
  const { deleteMessageTitle, deleteMessageText, remove } = words.value;
  return (
    <Question
      title={deleteMessageTitle}
      explanation={deleteMessageText}
      verb={remove}
      isDanger
      back={at.closest<HTMLElement>('[data-message-id]')}
      onAnswer={() => view.session.room.delete(message.id)}
      onClose={() => view.close()}
    />
  );
}

export function Report({ view, message }: MessageProps) {
  const { reportTitle, reportText, report, reason, optional } = words.value;
  return (
    <Question
      title={reportTitle}
      explanation={reportText}
      verb={report}
      field={{ label: reason, note: optional, most: limits.reasonLength }}
      onAnswer={(text) => view.session.room.report(message.id, text || undefined)}
      onClose={() => view.close()}
    />
  );
}

export function Ban({ view, person }: ViewProps & { person: Participant }) {
  const { banTitle, banText, ban, reason, reasonIsKept, howLong, days, noEnd, closeAddresses } = words.value;
  const addresses = useSignal(false);
  const seconds = useSignal(0);
  return (
    <Question
      title={banTitle(person.name)}
      explanation={banText}
      verb={ban}
      isDanger
      field={{ label: reason, note: reasonIsKept, most: limits.reasonLength }}
      onAnswer={(text) =>
        view.session.room.moderate({
          action: 'ban',
          target: person.id,
          ...(seconds.value > 0 && { seconds: seconds.value }),
          ...(text && { reason: text }),
          ...(addresses.value && { addresses: true }),
        })
      }
      onClose={() => view.close()}
    >
      <Steps
        label={howLong}
        steps={[
          { value: day, label: days(1) },
          { value: 7 * day, label: days(7) },
          { value: 0, label: noEnd },
        ]}
        chosen={seconds.value}
        onChoose={(chosen) => {
          seconds.value = chosen;
        }}
      />
      {view.session.isAdmin.value && (
        <Check
          label={closeAddresses}
          checked={addresses.value}
          onChange={(checked) => {
            addresses.value = checked;
          }}
        />
      )}
    </Question>
  );
}

export function DeleteRoom({ view }: ViewProps) {
  const { deleteRoomTitle, deleteRoomText, deleteRoom } = words.value;
  const { link, adminToken = '' } = view.session;
  return (
    <Question
      title={deleteRoomTitle}
      explanation={deleteRoomText}
      verb={deleteRoom}
      isDanger
      onAnswer={async () => {
        await api.deleteRoom({ body: { token: adminToken, link } });
        device.forgetAdminToken(link);
      }}
      onClose={() => view.close()}
    />
  );
}

export function EnterAsAdmin({ view }: ViewProps) {
  const { enterAsAdmin, enterAsAdminText, adminToken, enter } = words.value;
  const { session } = view;
  return (
    <Question
      title={enterAsAdmin}
      explanation={enterAsAdminText}
      verb={enter}
      field={{ label: adminToken, most: limits.tokenLength, isRequired: true, isSecret: true }}
      onAnswer={async (token) => {
        // What a header cannot hold is no token that could be shown.
        if (/[^\x20-\x7e]/.test(token)) throw new ApiError(403, words.value.notTheAdminToken);
        const call = { params: { link: session.link } };
        const { isAdmin } = await api.getRoom(call, { ...session.access, bearer: token });
        if (!isAdmin) throw new ApiError(403, words.value.notTheAdminToken);
        session.enterAsAdmin(token);
      }}
      onClose={() => view.close()}
    />
  );
}
