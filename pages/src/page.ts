/** What a page of this site has its document say and show: the language, the theme, and the colour of the frame around. */
import { effect } from '@preact/signals';
import { bindLanguage } from './language.ts';
import { bindTheme, theme } from './theme.ts';

/** The browser's own frame has a colour for when the system prefers light, and one for dark. */
function syncThemeColor(): void {
  const colors = Array.from(document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]'), (meta) => ({
    meta,
    preferred: meta.media,
  }));
  effect(() => {
    for (const { meta, preferred } of colors) {
      const chosen = preferred.includes(theme.value) ? 'all' : 'not all';
      meta.media = theme.value === 'system' ? preferred : chosen;
    }
  });
}

/** Dresses the page, now and after each switch. */
export function initPage(): void {
  bindLanguage(document.documentElement);
  bindTheme(document.documentElement);
  syncThemeColor();
}
