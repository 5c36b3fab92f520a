/** Shows system notifications of new messages while the page is hidden, if enabled and permitted. */
import { signal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';
import { roomStorage } from './room-storage.ts';

export class Notifier {
  readonly isEnabled = signal(false);
  readonly #controller: RoomController;

  constructor(controller: RoomController) {
    this.#controller = controller;
    this.isEnabled.value =
      roomStorage.notificationsEnabled(controller.link) &&
      'Notification' in window &&
      Notification.permission === 'granted';
  }

  /** Whether the browser supports notifications and they are not denied. */
  get isSupported(): boolean {
    return 'Notification' in window && Notification.permission !== 'denied';
  }

  /** Enables or disables notifications; asks for the permission if necessary. */
  async setEnabled(on: boolean): Promise<void> {
    this.isEnabled.value = on && (await Notification.requestPermission()) === 'granted';
    roomStorage.setNotificationsEnabled(this.#controller.link, this.isEnabled.value);
  }

  /** Shows a notification of the last of the new messages. */
  notify(messages: readonly Message[]): void {
    const last = messages.at(-1);
    if (!last || !this.isEnabled.value || !document.hidden) return;
    const { link, state } = this.#controller;
    const body = `${last.author.name}: ${last.text}`;
    try {
      const notification = new Notification(state.value.room?.title ?? link, { body, tag: `flexio:${link}` });
      notification.onclick = () => {
        focus();
        notification.close();
      };
    } catch {
      // Some mobile browsers allow notifications from service workers only.
      this.isEnabled.value = false;
    }
  }
}
