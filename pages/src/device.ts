/** Settings of this device: its participant token and name, language and theme, and the admin tokens of its rooms. */
import { looksLikeRole } from '../../client/index.ts';
import { newToken } from './random-secrets.ts';
import { readItem, removeItem, writeItem } from './storage.ts';

const tokenKey = 'flexio:token';
const nameKey = 'flexio:name';
const languageKey = 'flexio:language';
const themeKey = 'flexio:theme';
const adminTokenKey = (link: string) => `flexio:admin:${link}`;

export const device = {
  /** The token that identifies this device's participant in all rooms; generated on first use. */
  get token(): string {
    const known = readItem(tokenKey);
    if (known) return known;
    const token = newToken();
    writeItem(tokenKey, token);
    return token;
  },

  /** Discards the token, so that this device is a new participant in all rooms. */
  resetToken(): void {
    removeItem(tokenKey);
  },

  /** The display name; '' if the user left it blank, undefined before the first choice. */
  get name(): string | undefined {
    const name = readItem(nameKey);
    // Names that look like a role were accepted in earlier versions.
    return name !== undefined && looksLikeRole(name) ? undefined : name;
  },

  set name(name: string) {
    writeItem(nameKey, name);
  },

  get language(): string | undefined {
    return readItem(languageKey);
  },

  set language(language: string) {
    writeItem(languageKey, language);
  },

  get theme(): string | undefined {
    return readItem(themeKey);
  },

  set theme(theme: string) {
    writeItem(themeKey, theme);
  },

  adminToken(link: string): string | undefined {
    return readItem(adminTokenKey(link));
  },

  /** @returns whether the token was persisted and survives a reload */
  saveAdminToken(link: string, token: string): boolean {
    return writeItem(adminTokenKey(link), token);
  },

  removeAdminToken(link: string): void {
    removeItem(adminTokenKey(link));
  },
};
