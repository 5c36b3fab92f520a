/** The language of the page: from `?lang=`, else the choice stored on this device, else the browser's preference. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { device } from './device.ts';
import { isOwnSite } from './service-urls.ts';
import { en, ja, type Language } from './words.ts';

export function isLanguage(language: string | null | undefined): language is Language {
  return language === 'ja' || language === 'en';
}

function preferredLanguage(): Language {
  const requested = isOwnSite ? new URLSearchParams(location.search).get('lang') : null;
  return [requested, device.language].find(isLanguage) ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');
}

export const language = signal(preferredLanguage());

/** @returns the value for the current language of the page, as a signal */
export function localized<T>(byLanguage: Record<Language, T>): ReadonlySignal<T> {
  return computed(() => byLanguage[language.value]);
}

/** The texts shared by all pages. */
export const words = localized({ ja, en });

/** Keeps the `lang` attribute of an element in sync. @returns stops it */
export function bindLanguage(element: HTMLElement): () => void {
  return effect(() => {
    element.lang = language.value;
  });
}

/** Switches to the other language, stores the choice on this device and removes `?lang=` from the address. */
export function switchLanguage(): void {
  language.value = language.value === 'ja' ? 'en' : 'ja';
  device.language = language.value;
  const url = new URL(location.href);
  if (!isOwnSite || !url.searchParams.has('lang')) return;
  url.searchParams.delete('lang');
  history.replaceState(history.state, '', url);
}
