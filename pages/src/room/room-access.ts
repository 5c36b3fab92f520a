/** The credentials that are sent to one room: given by the embedding page, else those of this device. */
import type { CallOptions, RoomCredentials } from '../../../client/index.ts';
import { device } from '../device.ts';
import { digestOf } from './digest.ts';
import { roomStorage } from './room-storage.ts';

export class RoomAccess {
  /** The key of drafts and unsent messages in the storage of this device; undefined if the user is not recognisable. */
  readonly storageKey: string | undefined;
  readonly #link: string;
  readonly #token: RoomCredentials['token'];
  #adminToken: string | undefined;
  #joinKey: string | undefined;

  constructor(link: string, { token, adminToken, joinKey }: RoomCredentials) {
    this.#link = link;
    this.#token = token;
    this.#adminToken = adminToken ?? device.adminToken(link);
    this.#joinKey = joinKey ?? roomStorage.joinKey(link);
    // The digest distinguishes the users of one device. A function may return a different user's token each time.
    const givenKey = typeof token === 'string' ? `${link}~${digestOf(token)}` : undefined;
    this.storageKey = token === undefined ? link : givenKey;
  }

  /** The admin token of the room, if this device has it. */
  get adminToken(): string | undefined {
    return this.#adminToken;
  }

  /** The join key of a private room or an invitation to it, if this device has one. */
  get joinKey(): string | undefined {
    return this.#joinKey;
  }

  set joinKey(joinKey: string) {
    this.#joinKey = joinKey;
  }

  /** Credentials for opening a connection. */
  get connectionOptions(): Pick<RoomCredentials, 'token' | 'adminToken' | 'joinKey'> {
    return { token: this.#token ?? device.token, adminToken: this.#adminToken, joinKey: this.#joinKey };
  }

  /** Credentials for REST calls about the room. */
  get callOptions(): CallOptions {
    const token = this.#token ?? device.token;
    // A token function is called once per authentication, not for each REST call.
    const staticToken = typeof token === 'string' ? token : undefined;
    return { bearer: this.#adminToken ?? staticToken, joinKey: this.#joinKey };
  }

  /** Stores the join key on this device, once the room has accepted it. */
  saveJoinKey(): void {
    roomStorage.saveJoinKey(this.#link, this.#joinKey);
  }

  /** Stores the admin token on this device and uses it from now on. */
  saveAdminToken(token: string): void {
    device.saveAdminToken(this.#link, token);
    this.#adminToken = token;
  }

  /** Removes the admin token from this object and from the device. */
  removeAdminToken(): void {
    device.removeAdminToken(this.#link);
    this.#adminToken = undefined;
  }
}
