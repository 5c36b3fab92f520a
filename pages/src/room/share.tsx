/** Sharing the room: its link to copy, to send on, and to be read from the screen; for a private room an invitation. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api } from '../api.ts';
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { roomAddress } from '../service.ts';
import { date } from '../times.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import { QrCode } from './qr-code.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';

/** An invitation stands behind the `#`, where no server sees it. */
const invitationAddress = (link: string, invitation: string) =>
  `${roomAddress(link)}#key=${encodeURIComponent(invitation)}`;

export function Share({ view }: { view: RoomView }) {
  const { session } = view;
  const { link, adminToken } = session;
  const title = useRoom(session, ({ room }) => room?.title ?? link);
  const isPrivate = useSignal(session.joinKey !== undefined);
  const invitation = useSignal<{ address: string; expiresAt: number } | undefined>(undefined);
  const attempt = useAttempt();
  const text = words.value;
  const address = invitation.value?.address ?? roomAddress(link);
  const close = () => view.close();

  useEffect(() => {
    // Without an answer the link is still there to be shared.
    api.getRoom({ params: { link } }, session.access).then(
      (room) => {
        isPrivate.value = room.isPrivate === true;
      },
      () => undefined,
    );
  }, [session, link]);

  const invite = () =>
    attempt.run(async () => {
      const made = await api.createInvitation({ params: { link }, body: { token: adminToken ?? '' } });
      invitation.value = { address: invitationAddress(link, made.invitation), expiresAt: made.expiresAt };
    });

  return (
    <Dialog labelledBy="share" onClose={close}>
      <div class="dialog-head">
        <h2 class="title" id="share">
          {text.shareRoom}
        </h2>
        <IconButton icon="close" label={text.close} onPress={close} />
      </div>
      <p class="dialog-text">{isPrivate.value ? text.sharePrivate : text.shareOpen}</p>
      <div class="copy-line">
        <input
          class="input"
          readOnly
          value={address}
          aria-label={text.roomLink}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={address} label={text.copy} done={text.copied} icon="copy" class="is-main" />
      </div>
      {invitation.value && <p class="hint">{text.invitationUntil(date(invitation.value.expiresAt))}</p>}
      {isPrivate.value && adminToken !== undefined && (
        <button type="button" class="button is-quiet is-small" onClick={() => void invite()}>
          {text.makeInvitation}
        </button>
      )}
      <Problem attempt={attempt} />
      <div class="share-near">
        <QrCode text={address} label={text.qrCode} />
        <div>
          <p class="dialog-text">{text.showScreen}</p>
          {'share' in navigator && (
            <button
              type="button"
              class="button"
              onClick={() => void navigator.share({ title, url: address }).catch(() => undefined)}
            >
              <Icon name="share" small />
              {text.sendOn}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
