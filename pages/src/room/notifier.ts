/** Tells of new messages while nobody looks at the page, if one wants that and the browser allows it. */
import { signal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import { kept } from './kept.ts';
import type { RoomSession } from './session.ts';

export class Notifier {
  readonly isOn = signal(false);
  readonly #session: RoomSession;

  constructor(session: RoomSession) {
    this.#session = session;
    this.isOn.value = kept.notifies(session.link) && 'Notification' in window && Notification.permission === 'granted';
  }

  /** Whether the browser can, and was not forbidden to. */
  get isPossible(): boolean {
    return 'Notification' in window && Notification.permission !== 'denied';
  }

  /** Tells from now on, or no longer; asks for leave if need be. */
  async turn(on: boolean): Promise<void> {
    this.isOn.value = on && (await Notification.requestPermission()) === 'granted';
    kept.keepNotifies(this.#session.link, this.isOn.value);
  }

  /** Tells of the last of some messages. */
  tell(messages: readonly Message[]): void {
    const last = messages.at(-1);
    if (!last || !this.isOn.value || !document.hidden) return;
    const { link, state } = this.#session;
    const body = `${last.author.name}: ${last.text}`;
    try {
      const notification = new Notification(state.value.room?.title ?? link, { body, tag: `flexio:${link}` });
      notification.onclick = () => {
        focus();
        notification.close();
      };
    } catch {
      // Some phones let service workers only.
      this.isOn.value = false;
    }
  }
}
