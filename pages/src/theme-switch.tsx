/** A button that cycles through the themes. Its icon and label show the current one. */
import { words } from './language.ts';
import { switchTheme, type Theme, theme } from './theme.ts';

/** The filled part of the icon's circle. */
const filledPaths: Record<Theme, string> = {
  system: 'M10 3.500a6.500 6.500 0 0 1 0 13z',
  light: '',
  dark: 'M10 3.500a6.500 6.500 0 0 1 0 13a6.500 6.500 0 0 1 0-13',
};

export function ThemeSwitch() {
  const name = words.value.themes[theme.value];
  return (
    <button type="button" class="button is-icon" aria-label={name} title={name} onClick={switchTheme}>
      <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="6.500" />
        <path fill="currentColor" d={filledPaths[theme.value]} />
      </svg>
    </button>
  );
}
