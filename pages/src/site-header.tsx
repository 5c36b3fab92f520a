/** The header of every view except an open room: the logo, the theme switch and the language switch. */
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
