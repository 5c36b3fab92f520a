/** The head of every view but the room's: the mark, whose page shows the axis, the theme and the language. */
import { LanguageSwitch } from './language-switch.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function SiteHeader() {
  return (
    <header class="site-header">
      <a class="logo" href="/">
        <svg viewBox="0 0 20 24" aria-hidden="true">
          <path d="M2.500 3.500h15v17h-15zM10.500 9h4M10.500 12.500h4" />
          <path class="logo-axis" d="M7.500 3.500v17" />
        </svg>
        <span>Flexio Chat</span>
      </a>
      <div class="site-actions">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
    </header>
  );
}
