/** The theme: the choice stored on this device, else the system setting. */
import { effect, signal } from '@preact/signals';
import { device } from './device.ts';

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((known) => known === device.theme) ?? 'system');

/**
 * Keeps `data-theme` of an element in sync. For the theme "system" it gets its original value back.
 * @returns stops it
 */
export function bindTheme({ dataset }: HTMLElement): () => void {
  const initial = dataset.theme;
  return effect(() => {
    const applied = theme.value === 'system' ? initial : theme.value;
    if (applied === undefined) delete dataset.theme;
    else dataset.theme = applied;
  });
}

/** Switches to the next theme and stores the choice on this device. */
export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  device.theme = theme.value;
}
