/** The head of every view but the room's: the mark, whose page shows the axis, the theme and the language. */
import { LanguageSwitch } from './language-switch.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function SiteHeader() {
  return (
    <header class="site-head">
      <a class="mark" href="/">
        <svg viewBox="0 0 20 24" aria-hidden="true">
          <path d="M2.500 3.500h15v17h-15zM10.500 9h4M10.500 12.500h4" />
          <path class="mark-axis" d="M7.500 3.500v17" />
        </svg>
        <span>Flexio Chat</span>
      </a>
      <div class="site-acts">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
    </header>
  );
}
