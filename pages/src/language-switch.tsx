/** A button that switches to the other language, labelled in that language. */
import { language, switchLanguage, words } from './language.ts';

export function LanguageSwitch() {
  const other = language.value === 'ja' ? 'en' : 'ja';
  return (
    <button type="button" class="button is-quiet is-small" lang={other} onClick={switchLanguage}>
      {words.value.otherLanguage}
    </button>
  );
}
