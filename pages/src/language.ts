/** The language of the page: `?lang=`, else what was chosen on this device, else what the browser prefers. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { device } from './device.ts';
import { isOwnSite } from './service.ts';
import { en, ja, type Language } from './words.ts';

export function isLanguage(language: string | null | undefined): language is Language {
  return language === 'ja' || language === 'en';
}

function preferredLanguage(): Language {
  const requested = isOwnSite ? new URLSearchParams(location.search).get('lang') : null;
  return [requested, device.language].find(isLanguage) ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');
}

export const language = signal(preferredLanguage());

/** What is there in each language, as the page's language has it. */
export function localized<T>(byLanguage: Record<Language, T>): ReadonlySignal<T> {
  return computed(() => byLanguage[language.value]);
}

/** The texts that every page has. */
export const words = localized({ ja, en });

/** Has an element say in which language it is, also after a switch. @returns ends it */
export function bindLanguage(element: HTMLElement): () => void {
  return effect(() => {
    element.lang = language.value;
  });
}

/** Chooses the other language, on this device from now on. */
export function switchLanguage(): void {
  language.value = language.value === 'ja' ? 'en' : 'ja';
  device.language = language.value;
  const url = new URL(location.href);
  if (!isOwnSite || !url.searchParams.has('lang')) return;
  url.searchParams.delete('lang');
  history.replaceState(history.state, '', url);
}
