/** The dialog to share a room: its link and QR code, and an invitation for a private room. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api } from '../api.ts';
import { CopyButton } from '../copy-button.tsx';
import { shortDate } from '../date-format.ts';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { roomUrl } from '../service-urls.ts';
import { words } from './dialog-words.ts';
import { QrCode } from './qr-code.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { RequestError, useRequest } from './use-request.tsx';
import { useRoomState } from './use-room.ts';

/** The invitation is in the URL fragment, which is not sent to the server. */
const invitationUrl = (link: string, invitation: string) => `${roomUrl(link)}#key=${encodeURIComponent(invitation)}`;

export function Share({ view }: { view: RoomViewState }) {
  const { controller } = view;
  const { link, adminToken } = controller;
  const title = useRoomState(controller, ({ room }) => room?.title ?? link);
  const isPrivate = useSignal(controller.joinKey !== undefined);
  const invitation = useSignal<{ address: string; expiresAt: number } | undefined>(undefined);
  const request = useRequest();
  const text = words.value;
  const url = invitation.value?.address ?? roomUrl(link);
  const close = () => view.closeOverlay();

  useEffect(() => {
    // If the request fails, the link can still be shared.
    api.getRoom({ params: { link } }, controller.callOptions).then(
      (room) => {
        isPrivate.value = room.isPrivate === true;
      },
      () => undefined,
    );
  }, [controller, link]);

  const createInvitation = () =>
    request.run(async () => {
      const created = await api.createInvitation({ params: { link }, body: { token: adminToken ?? '' } });
      invitation.value = { address: invitationUrl(link, created.invitation), expiresAt: created.expiresAt };
    });

  return (
    <Dialog labelledBy="share" onClose={close}>
      <div class="dialog-header">
        <h2 class="title" id="share">
          {text.shareRoom}
        </h2>
        <IconButton icon="close" label={text.close} onPress={close} />
      </div>
      <p class="dialog-text">{isPrivate.value ? text.sharePrivateHint : text.shareOpenHint}</p>
      <div class="copy-row">
        <input
          class="input"
          readOnly
          value={url}
          aria-label={text.roomLink}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={url} label={text.copy} doneLabel={text.copied} icon="copy" class="is-primary" />
      </div>
      {invitation.value && <p class="hint">{text.invitationExpiry(shortDate(invitation.value.expiresAt))}</p>}
      {isPrivate.value && adminToken !== undefined && (
        <button type="button" class="button is-quiet is-small" onClick={() => void createInvitation()}>
          {text.createInvitation}
        </button>
      )}
      <RequestError request={request} />
      <div class="share-nearby">
        <QrCode text={url} label={text.qrCode} />
        <div>
          <p class="dialog-text">{text.qrCodeHint}</p>
          {'share' in navigator && (
            <button
              type="button"
              class="button"
              onClick={() => void navigator.share({ title, url }).catch(() => undefined)}
            >
              <Icon name="share" small />
              {text.shareWithApp}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
