/** Light or dark: as the system has it, unless one of them was chosen on this device. */
import { effect, signal } from '@preact/signals';
import { recall, remember } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const themeKey = 'flexio:theme';

export const theme = signal<Theme>(themes.find((one) => one === recall(themeKey)) ?? 'system');

/** Has an element show the theme, also after a switch; what it was given stands for the system's. @returns ends it */
export function showThemeOn({ dataset }: HTMLElement): () => void {
  const given = dataset.theme;
  return effect(() => {
    const shown = theme.value === 'system' ? given : theme.value;
    if (shown === undefined) delete dataset.theme;
    else dataset.theme = shown;
  });
}

/** Chooses the next. */
export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  remember(themeKey, theme.value);
}
