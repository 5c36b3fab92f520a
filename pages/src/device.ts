/** What this device remembers: who its person is, how pages look to them, and the admin tokens of rooms made here. */
import { looksLikeRole } from '../../client/index.ts';
import { newToken } from './secret.ts';
import { forget, recall, remember } from './storage.ts';

const tokenKey = 'flexio:token';
const nameKey = 'flexio:name';
const languageKey = 'flexio:language';
const themeKey = 'flexio:theme';
const adminKey = (link: string) => `flexio:admin:${link}`;

export const device = {
  /** The token by which rooms know this device's person; made on first use. */
  get token(): string {
    const known = recall(tokenKey);
    if (known) return known;
    const token = newToken();
    remember(tokenKey, token);
    return token;
  },

  /** Becomes another person to all rooms. */
  forgetToken(): void {
    forget(tokenKey);
  },

  /** What its person is called; '' if they chose to have no name, undefined while they have not chosen. */
  get name(): string | undefined {
    const name = recall(nameKey);
    // One that was chosen before such names were refused.
    return name !== undefined && looksLikeRole(name) ? undefined : name;
  },

  set name(name: string) {
    remember(nameKey, name);
  },

  /** The language that was chosen here. */
  get language(): string | undefined {
    return recall(languageKey);
  },

  set language(language: string) {
    remember(languageKey, language);
  },

  /** The theme that was chosen here. */
  get theme(): string | undefined {
    return recall(themeKey);
  },

  set theme(theme: string) {
    remember(themeKey, theme);
  },

  adminToken(link: string): string | undefined {
    return recall(adminKey(link));
  },

  /** @returns whether it outlives this page */
  keepAdminToken(link: string, token: string): boolean {
    return remember(adminKey(link), token);
  },

  forgetAdminToken(link: string): void {
    forget(adminKey(link));
  },
};
