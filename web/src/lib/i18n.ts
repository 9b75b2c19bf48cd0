import { i18n } from '@lingui/core';
import { create } from 'zustand';

export type Locale = 'ja' | 'en';

const STORAGE_KEY = 'scc.locale';

/** Loads the texts of one language; a separate chunk each, and a function each: of two imports in one expression the build fetches both ahead. */
const LOADERS = { ja: () => import('../locales/ja.ts'), en: () => import('../locales/en.ts') } as const satisfies Record<Locale, unknown>;

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
  // First: whoever leaves the page while the texts come has chosen all the same.
  remember(locale);
  const { messages } = await LOADERS[locale]();
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
  useLocaleStore.setState({ locale });
}

/** To be awaited before the first render. */
export const startLocale = (): Promise<void> => switchLocale(useLocaleStore.getState().locale);

export { i18n };
