import { i18n } from '@lingui/core';
import { create } from 'zustand';

export type Locale = 'ja' | 'en';

const STORAGE_KEY = 'scc.locale';

/** Loads the texts of one language; a separate chunk each. */
const loadMessages = (locale: Locale) =>
  locale === 'ja' ? import('../locales/ja.ts') : import('../locales/en.ts');

const remembered = (): Locale => {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'ja';
  } catch {
    return 'ja';
  }
};

const remember = (locale: Locale): void => {
  try {
    localStorage.setItem(STORAGE_KEY, locale);
  } catch {
    // Storage is off in this browser: the choice lasts until the page is closed.
  }
};

interface LocaleStore {
  locale: Locale;
}

export const useLocaleStore = create<LocaleStore>(() => ({ locale: remembered() }));

/** Switches the language of the page and remembers it. */
export async function switchLocale(locale: Locale): Promise<void> {
  const { messages } = await loadMessages(locale);
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
  remember(locale);
  useLocaleStore.setState({ locale });
}

/** To be awaited before the first render. */
export const startLocale = (): Promise<void> => switchLocale(useLocaleStore.getState().locale);

export { i18n };
