/** Applies language and theme to the document, and the theme's colour to the browser's toolbar. */
import { effect } from '@preact/signals';
import { bindLanguage } from './language.ts';
import { bindTheme, theme } from './theme.ts';

/** Selects the `<meta name=theme-color>` for the theme; "system" keeps both with their original media queries. */
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

/** Applies language and theme, now and after each switch. */
export function initPage(): void {
  bindLanguage(document.documentElement);
  bindTheme(document.documentElement);
  syncThemeColor();
}
