/** A room that is being filled in: its fields, what is wrong with them, and making it. */
import { computed, signal } from '@preact/signals';
import { ApiError, countCharacters, limits, linkPattern, reservedLinks } from '../../../client/index.ts';
import { api } from '../api.ts';
import { device } from '../device.ts';
import { refusalText } from '../refusal.ts';
import { newToken } from '../secret.ts';
import { linksLike, suggestLink } from './suggestion.ts';
import { words } from './words.ts';

export type FieldName = 'title' | 'about' | 'link' | 'tags';

/** A room that was made: the one time its token is shown. */
export interface MadeRoom {
  link: string;
  adminToken: string;
  /** Whether this device keeps the token. */
  isKept: boolean;
}

const isBlank = (text: string) => !/\S/u.test(text);

function excess(text: string, most: number): string | undefined {
  const over = countCharacters(text) - most;
  return over > 0 ? words.value.charactersOver(over) : undefined;
}

async function isFree(link: string): Promise<boolean> {
  try {
    await api.getRoom({ params: { link } });
    return false;
  } catch (error) {
    return error instanceof ApiError && error.statusCode === 404;
  }
}

export class RoomDraft {
  readonly title = signal('');
  readonly about = signal('');
  readonly link = signal(new URLSearchParams(location.search).get('link') ?? '');
  readonly tags = signal<readonly string[]>([]);
  /** The tag that is being typed. */
  readonly tagText = signal('');
  readonly unlisted = signal(false);
  /** Fields that were left once: from then on what is wrong with them is shown as one types. */
  readonly left = signal<ReadonlySet<FieldName>>(new Set());
  readonly isMaking = signal(false);
  /** Why the last try failed, if no field is to blame. */
  readonly refusal = signal<string | undefined>(undefined);
  readonly made = signal<MadeRoom | undefined>(undefined);
  readonly takenLink = signal<string | undefined>(undefined);
  readonly freeLinks = signal<readonly string[]>([]);
  /** Used if none was typed. */
  readonly suggestedLink = computed(() =>
    this.unlisted.value ? this.#suggestions.unlisted : this.#suggestions.listed,
  );
  readonly #suggestions = { listed: suggestLink(false), unlisted: suggestLink(true) };
  /** One for all tries, so that a room whose answer was lost is known as one's own. */
  readonly #adminToken = newToken();

  /** What is wrong with each field, whether or not it is shown. */
  readonly problems = computed<Record<FieldName, string | undefined>>(() => ({
    title: isBlank(this.title.value) ? words.value.titleMissing : excess(this.title.value, limits.titleLength),
    about: excess(this.about.value, limits.aboutLength),
    link: this.#linkProblem(),
    tags: this.#tagProblem(),
  }));

  /** What is wrong with a field, once it was left. */
  shownProblem(field: FieldName): string | undefined {
    return this.left.value.has(field) ? this.problems.value[field] : undefined;
  }

  leave(...fields: FieldName[]): void {
    this.left.value = new Set([...this.left.value, ...fields]);
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
  async make(): Promise<FieldName | undefined> {
    if (this.isMaking.value || this.made.value) return undefined;
    this.addTags(this.tagText.value);
    this.leave('title', 'about', 'link', 'tags');
    const wrong = this.#firstWrong();
    if (wrong) return wrong;
    this.isMaking.value = true;
    this.refusal.value = undefined;
    try {
      await this.#create(this.link.value || this.suggestedLink.value);
    } catch (error) {
      this.refusal.value = refusalText(error);
    } finally {
      this.isMaking.value = false;
    }
    return this.#firstWrong();
  }

  async #create(link: string): Promise<void> {
    const [title, about, tag, unlisted] = [
      this.title.value,
      this.about.value,
      [...this.tags.value],
      this.unlisted.value,
    ];
    const adminToken = this.#adminToken;
    try {
      await api.createRoom({ body: { token: adminToken, content: { title, about, tag, link, unlisted } } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.statusCode !== 409) throw error;
      const { isAdmin } = await api.getRoom({ params: { link } }, { bearer: adminToken });
      if (!isAdmin) return this.#offerOthers(link);
    }
    this.made.value = { link, adminToken, isKept: device.keepAdminToken(link, adminToken) };
  }

  async #offerOthers(link: string): Promise<void> {
    const candidates = linksLike(link);
    const free = await Promise.all(candidates.map(isFree));
    this.freeLinks.value = candidates.filter((_, place) => free[place]);
    this.link.value = link;
    this.takenLink.value = link;
  }

  #firstWrong(): FieldName | undefined {
    const fields: FieldName[] = ['title', 'about', 'link', 'tags'];
    return fields.find((field) => this.problems.value[field] !== undefined);
  }

  #linkProblem(): string | undefined {
    const link = this.link.value;
    const { linkLetters, linkReserved, linkTaken, linkTakenFree } = words.value;
    if (link === '') return undefined;
    const tooLong = excess(link, limits.linkLength);
    if (tooLong !== undefined) return tooLong;
    if (!linkPattern.test(link)) return linkLetters;
    if (reservedLinks.includes(link.toLowerCase())) return linkReserved;
    if (link === this.takenLink.value) return this.freeLinks.value.length > 0 ? linkTakenFree : linkTaken;
    return undefined;
  }

  #tagProblem(): string | undefined {
    const text = this.tagText.value;
    if (isBlank(text)) return undefined;
    return this.tags.value.length >= limits.tags
      ? words.value.tooManyTags(limits.tags)
      : excess(text.trim(), limits.tagLength);
  }
}
