/** Light or dark: what was chosen on this device, else what the system prefers. */
import { effect, signal } from '@preact/signals';
import { device } from './device.ts';

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((known) => known === device.theme) ?? 'system');

/** The colours of the browser's own frame, each for when the system prefers it. */
const frameColors = Array.from(document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]'), (meta) => ({
  meta,
  preferred: meta.media,
}));

effect(() => {
  const chosen = theme.value;
  const { dataset } = document.documentElement;
  if (chosen === 'system') delete dataset.theme;
  else dataset.theme = chosen;
  for (const { meta, preferred } of frameColors) {
    if (chosen === 'system') meta.media = preferred;
    else meta.media = preferred.includes(chosen) ? 'all' : 'not all';
  }
});

/** Chooses the next theme, on this device from now on. */
export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  device.theme = theme.value;
}
