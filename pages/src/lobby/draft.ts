/** A room that is being filled in: its fields, what is wrong with them, and making it. */
import { computed, signal } from '@preact/signals';
import { ApiError, countCharacters, limits, linkPattern, reservedLinks } from '../../../client/index.ts';
import { api } from '../api.ts';
import { device } from '../device.ts';
import { errorText } from '../error-text.ts';
import { newJoinKey, newToken } from '../random-secrets.ts';
import { Availability } from './availability.ts';
import { suggestLink } from './link-suggestions.ts';
import { words } from './words.ts';

const fields = ['title', 'about', 'link', 'tags', 'key'] as const;
export type FieldName = (typeof fields)[number];

/** A room that was made: the one time its token is shown. */
export interface CreatedRoom {
  link: string;
  adminToken: string;
  /** Whether this device keeps the token. */
  isTokenSaved: boolean;
  /** What opens it, if it is private. */
  joinKey: string | undefined;
}

const isBlank = (text: string) => !/\S/u.test(text);

function lengthProblem(text: string, maxLength: number): string | undefined {
  const over = countCharacters(text) - maxLength;
  return over > 0 ? words.value.charactersOver(over) : undefined;
}

function keyProblem(key: string): string | undefined {
  if (isBlank(key) || countCharacters(key) < limits.joinKeyLengthMin)
    return words.value.keyTooShort(limits.joinKeyLengthMin);
  return lengthProblem(key, limits.joinKeyLength);
}

export class RoomDraft {
  readonly title = signal('');
  readonly about = signal('');
  readonly link = signal(new URLSearchParams(location.search).get('link') ?? '');
  readonly tags = signal<readonly string[]>([]);
  /** The tag that is being typed. */
  readonly tagText = signal('');
  readonly unlisted = signal(false);
  readonly isPrivate = signal(false);
  readonly joinKey = signal(newJoinKey());
  readonly availability = new Availability();
  /** Fields that were left once: from then on what is wrong with them is shown as one types. */
  readonly touched = signal<ReadonlySet<FieldName>>(new Set());
  readonly isCreating = signal(false);
  /** Why the last try failed, if no field is to blame. */
  readonly createError = signal<string | undefined>(undefined);
  readonly created = signal<CreatedRoom | undefined>(undefined);
  /** A private room is in no list anyway; nor shall it be once it is opened. */
  readonly isUnlisted = computed(() => this.unlisted.value || this.isPrivate.value);
  /** Used if none was typed. */
  readonly suggestedLink = computed(() =>
    this.isUnlisted.value ? this.#suggestions.unlisted : this.#suggestions.listed,
  );
  readonly #suggestions = { listed: suggestLink(false), unlisted: suggestLink(true) };
  /** One for all tries, so that a room whose answer was lost is known as one's own. */
  readonly #adminToken = newToken();

  /** What is wrong with each field, whether or not it is shown. */
  readonly problems = computed<Record<FieldName, string | undefined>>(() => ({
    title: isBlank(this.title.value) ? words.value.titleMissing : lengthProblem(this.title.value, limits.titleLength),
    about: lengthProblem(this.about.value, limits.aboutLength),
    link: this.#linkProblem(),
    tags: this.#tagProblem(),
    key: this.isPrivate.value ? keyProblem(this.joinKey.value) : undefined,
  }));

  /** What is wrong with a field, once it was left. That a link is taken nobody could know: it is said at once. */
  visibleProblem(field: FieldName): string | undefined {
    const isDue = this.touched.value.has(field) || (field === 'link' && this.isLinkTaken);
    return isDue ? this.problems.value[field] : undefined;
  }

  get isLinkTaken(): boolean {
    return this.availability.get(this.link.value) === 'taken';
  }

  get isLinkFree(): boolean {
    return this.availability.get(this.link.value) === 'free';
  }

  /** Begins with what was looked for in vain; what was typed already stays. */
  prefill(title: string, tag: string): void {
    if (isBlank(this.title.value)) this.title.value = title;
    if (!isBlank(tag)) this.addTags(tag);
  }

  setLink(text: string): void {
    this.link.value = text.trim();
    this.availability.check(this.#linkFormatProblem() === undefined ? this.link.value : '');
  }

  touch(...names: FieldName[]): void {
    this.touched.value = new Set([...this.touched.value, ...names]);
  }

  /** Takes what was typed as tags; several if separated. */
  addTags(text: string): void {
    const typed = text.split(/[,、，\n]/u).map((tag) => tag.trim().replace(/^#/u, ''));
    const tags = [...new Set([...this.tags.value, ...typed.filter((tag) => !isBlank(tag))])];
    const fit = tags.filter((tag) => countCharacters(tag) <= limits.tagLength).slice(0, limits.tags);
    this.tags.value = fit;
    // What does not fit stays to be changed.
    this.tagText.value = tags.filter((tag) => !fit.includes(tag)).join(', ');
  }

  removeTag(tag: string): void {
    this.tags.value = this.tags.value.filter((other) => other !== tag);
  }

  /**
   * Makes the room, or shows what keeps it from being made.
   * @returns the first field that is to blame
   */
  async create(): Promise<FieldName | undefined> {
    if (this.isCreating.value || this.created.value) return undefined;
    this.addTags(this.tagText.value);
    this.touch(...fields);
    const invalidField = this.#firstInvalidField();
    if (invalidField) return invalidField;
    const link = this.link.value || this.suggestedLink.value;
    // A check that is answered after the room was made would report its link as taken, and the next try would not start.
    this.availability.check('');
    this.isCreating.value = true;
    this.createError.value = undefined;
    try {
      await this.#sendCreate(link);
    } catch (error) {
      this.createError.value = errorText(error);
      // The next try must not make a second room, if this one was made after all.
      this.link.value = link;
    } finally {
      this.isCreating.value = false;
    }
    return this.#firstInvalidField();
  }

  async #sendCreate(link: string): Promise<void> {
    const adminToken = this.#adminToken;
    const joinKey = this.isPrivate.value ? this.joinKey.value : undefined;
    const content = { title: this.title.value, about: this.about.value, tag: [...this.tags.value], joinKey };
    try {
      const unlisted = this.isUnlisted.value;
      await api.createRoom({ body: { token: adminToken, content: { ...content, link, unlisted } } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.statusCode !== 409) throw error;
      if (!(await this.#isOwnRoom(link))) {
        this.link.value = link;
        return this.availability.markTaken(link);
      }
      // Made by a try whose answer was lost; what was changed since is still to be said.
      const open = joinKey === undefined ? ({ private: false } as const) : {};
      await api.updateRoom({ body: { token: adminToken, link, content: { ...content, ...open } } });
    }
    this.created.value = { link, adminToken, isTokenSaved: device.saveAdminToken(link, adminToken), joinKey };
  }

  async #isOwnRoom(link: string): Promise<boolean> {
    try {
      const { isAdmin } = await api.getRoom({ params: { link } }, { bearer: this.#adminToken });
      return isAdmin;
    } catch (error) {
      // A private room of somebody else.
      if (error instanceof ApiError && error.statusCode === 403) return false;
      throw error;
    }
  }

  #firstInvalidField(): FieldName | undefined {
    return fields.find((field) => this.problems.value[field] !== undefined);
  }

  #linkProblem(): string | undefined {
    const { linkTaken, linkTakenFree } = words.value;
    if (this.isLinkTaken) return this.availability.freeLinks.value.length > 0 ? linkTakenFree : linkTaken;
    return this.#linkFormatProblem();
  }

  #linkFormatProblem(): string | undefined {
    const link = this.link.value;
    const { linkInvalidCharacters, linkReserved } = words.value;
    if (link === '') return undefined;
    const tooLong = lengthProblem(link, limits.linkLength);
    if (tooLong !== undefined) return tooLong;
    if (!linkPattern.test(link)) return linkInvalidCharacters;
    return reservedLinks.includes(link.toLowerCase()) ? linkReserved : undefined;
  }

  #tagProblem(): string | undefined {
    const text = this.tagText.value;
    if (isBlank(text)) return undefined;
    return this.tags.value.length >= limits.tags
      ? words.value.tooManyTags(limits.tags)
      : lengthProblem(text.trim(), limits.tagLength);
  }
}
