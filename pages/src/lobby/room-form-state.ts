/** The state of the form that creates a room: its fields, their problems, and the request. */
import { computed, signal } from '@preact/signals';
import { ApiError, countCharacters, limits } from '../../../client/index.ts';
import { api } from '../api.ts';
import { device } from '../device.ts';
import { errorText } from '../error-text.ts';
import { newJoinKey, newToken } from '../random-secrets.ts';
import { isBlank, keyProblem, lengthProblem, linkProblem, tagProblem, titleProblem } from './field-problems.ts';
import { LinkAvailability } from './link-availability.ts';
import { suggestLink } from './link-suggestions.ts';
import { words } from './words.ts';

const fields = ['title', 'about', 'link', 'tags', 'key'] as const;
export type FieldName = (typeof fields)[number];

/** A room that was just created. Its secrets are shown once. */
export interface CreatedRoom {
  link: string;
  adminToken: string;
  /** Whether the admin token was stored on this device. */
  isTokenSaved: boolean;
  /** The join key, if the room is private. */
  joinKey: string | undefined;
}

export class RoomFormState {
  readonly title = signal('');
  readonly about = signal('');
  readonly link = signal(new URLSearchParams(location.search).get('link') ?? '');
  readonly tags = signal<readonly string[]>([]);
  /** The text of the tag that is being typed. */
  readonly tagText = signal('');
  readonly unlisted = signal(false);
  readonly isPrivate = signal(false);
  readonly joinKey = signal(newJoinKey());
  readonly availability = new LinkAvailability();
  /** Fields that have lost the focus once. From then on their problems are shown during typing. */
  readonly touched = signal<ReadonlySet<FieldName>>(new Set());
  readonly isCreating = signal(false);
  /** The error of the last attempt, if it does not concern a field. */
  readonly createError = signal<string | undefined>(undefined);
  readonly created = signal<CreatedRoom | undefined>(undefined);
  /** Private rooms are never listed. Unlisted too, so that a room does not appear in the list if it becomes public. */
  readonly isUnlisted = computed(() => this.unlisted.value || this.isPrivate.value);
  /** The link that is used if the field is blank. */
  readonly suggestedLink = computed(() =>
    this.isUnlisted.value ? this.#suggestions.unlisted : this.#suggestions.listed,
  );
  readonly #suggestions = { listed: suggestLink(false), unlisted: suggestLink(true) };
  /** The same for all attempts, so that a room whose response was lost is recognised as our own. */
  readonly #adminToken = newToken();

  /** The problem of each field, whether or not it is shown yet. */
  readonly problems = computed<Record<FieldName, string | undefined>>(() => ({
    title: titleProblem(this.title.value),
    about: lengthProblem(this.about.value, limits.room.aboutLength),
    link: this.#linkProblem(),
    tags: tagProblem(this.tagText.value, this.tags.value),
    key: this.isPrivate.value ? keyProblem(this.joinKey.value) : undefined,
  }));

  /** The problem of a field, once it has lost the focus. A link that is taken is reported immediately. */
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

  /** Fills in a search that had no results. A title that was already typed stays. */
  prefill(title: string, tag: string): void {
    if (isBlank(this.title.value)) this.title.value = title;
    if (!isBlank(tag)) this.addTags(tag);
  }

  setLink(text: string): void {
    this.link.value = text.trim();
    this.availability.check(linkProblem(this.link.value) === undefined ? this.link.value : '');
  }

  touch(...names: FieldName[]): void {
    this.touched.value = new Set([...this.touched.value, ...names]);
  }

  /** Adds tags from text, which may contain several, separated by commas or line breaks. */
  addTags(text: string): void {
    const typed = text.split(/[,、，\n]/u).map((tag) => tag.trim().replace(/^#/u, ''));
    const tags = [...new Set([...this.tags.value, ...typed.filter((tag) => !isBlank(tag))])];
    const fit = tags.filter((tag) => countCharacters(tag) <= limits.room.tagLength).slice(0, limits.room.tags);
    this.tags.value = fit;
    // Tags over the limits stay in the input field.
    this.tagText.value = tags.filter((tag) => !fit.includes(tag)).join(', ');
  }

  removeTag(tag: string): void {
    this.tags.value = this.tags.value.filter((other) => other !== tag);
  }

  /**
   * Creates the room, or shows the problems that prevent it.
   * @returns the first field with a problem
   */
  async create(): Promise<FieldName | undefined> {
    if (this.isCreating.value || this.created.value) return undefined;
    this.addTags(this.tagText.value);
    this.touch(...fields);
    const invalidField = this.#firstInvalidField();
    if (invalidField) return invalidField;
    const link = this.link.value || this.suggestedLink.value;
    // A lookup that responds after the room was created would mark its link as taken and block the next attempt.
    this.availability.check('');
    this.isCreating.value = true;
    this.createError.value = undefined;
    try {
      await this.#sendCreate(link);
    } catch (error) {
      this.createError.value = errorText(error);
      // Keep the link: if the room was created after all, the next attempt must not create a second one.
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
      // Created by an attempt whose response was lost. The form may have changed since then.
      const privacyChange = joinKey === undefined ? ({ private: false } as const) : {};
      await api.updateRoom({ body: { token: adminToken, link, content: { ...content, ...privacyChange } } });
    }
    this.created.value = { link, adminToken, isTokenSaved: device.saveAdminToken(link, adminToken), joinKey };
  }

  async #isOwnRoom(link: string): Promise<boolean> {
    try {
      const { isAdmin } = await api.getRoom({ params: { link } }, { bearer: this.#adminToken });
      return isAdmin;
    } catch (error) {
      // A private room of another user.
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
    return linkProblem(this.link.value);
  }
}
