/** Light or dark: what was chosen on this device, else what the system prefers. */
import { effect, signal } from '@preact/signals';
import { device } from './device.ts';

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((known) => known === device.theme) ?? 'system');

/** Has an element show the theme, also after a switch; what it was given stands for the system's. @returns ends it */
export function bindTheme({ dataset }: HTMLElement): () => void {
  const initial = dataset.theme;
  return effect(() => {
    const applied = theme.value === 'system' ? initial : theme.value;
    if (applied === undefined) delete dataset.theme;
    else dataset.theme = applied;
  });
}

/** Chooses the next theme, on this device from now on. */
export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  device.theme = theme.value;
}
