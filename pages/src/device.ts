/** What this device remembers: who its person is, how pages look to them, and the admin tokens of rooms made here. */
import { looksLikeRole } from '../../client/index.ts';
import { newToken } from './random-secrets.ts';
import { readItem, removeItem, writeItem } from './storage.ts';

const tokenKey = 'flexio:token';
const nameKey = 'flexio:name';
const languageKey = 'flexio:language';
const themeKey = 'flexio:theme';
const adminTokenKey = (link: string) => `flexio:admin:${link}`;

export const device = {
  /** The token by which rooms know this device's person; made on first use. */
  get token(): string {
    const known = readItem(tokenKey);
    if (known) return known;
    const token = newToken();
    writeItem(tokenKey, token);
    return token;
  },

  /** Becomes another person to all rooms. */
  resetToken(): void {
    removeItem(tokenKey);
  },

  /** What its person is called; '' if they chose to have no name, undefined while they have not chosen. */
  get name(): string | undefined {
    const name = readItem(nameKey);
    // One that was chosen before such names were refused.
    return name !== undefined && looksLikeRole(name) ? undefined : name;
  },

  set name(name: string) {
    writeItem(nameKey, name);
  },

  /** The language that was chosen here. */
  get language(): string | undefined {
    return readItem(languageKey);
  },

  set language(language: string) {
    writeItem(languageKey, language);
  },

  /** The theme that was chosen here. */
  get theme(): string | undefined {
    return readItem(themeKey);
  },

  set theme(theme: string) {
    writeItem(themeKey, theme);
  },

  adminToken(link: string): string | undefined {
    return readItem(adminTokenKey(link));
  },

  /** @returns whether it outlives this page */
  saveAdminToken(link: string, token: string): boolean {
    return writeItem(adminTokenKey(link), token);
  },

  removeAdminToken(link: string): void {
    removeItem(adminTokenKey(link));
  },
};
