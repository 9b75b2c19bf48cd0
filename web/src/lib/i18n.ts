import { i18n, type Messages } from '@lingui/core';
import { create } from 'zustand';

export type Locale = 'ja' | 'en';

const STORAGE_KEY = 'scc.locale';

interface Texts {
  messages: Messages;
}

/** Loads the texts of one language; a separate chunk each, and a function each: of two imports in one expression the build fetches both ahead. */
const START = { ja: () => import('../locales/ja-start.ts'), en: () => import('../locales/en-start.ts') } as const satisfies Record<Locale, () => Promise<Texts>>;
const PAGES = { ja: () => import('../locales/ja-pages.ts'), en: () => import('../locales/en-pages.ts') } as const satisfies Record<Locale, () => Promise<Texts>>;

/** A page was opened that is neither login nor desk: from here on a language comes with the texts of all pages. */
let pagesWanted = false;

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
  const texts = await Promise.all([START[locale](), ...(pagesWanted ? [PAGES[locale]()] : [])]);
  // A page may have been opened meanwhile; it waited for its texts in the language of before.
  if (pagesWanted && texts.length === 1) texts.push(await PAGES[locale]());
  for (const { messages } of texts) i18n.load(locale, messages);
  i18n.activate(locale);
  document.documentElement.lang = locale;
  useLocaleStore.setState({ locale });
}

/** To be awaited before any page but login and desk is shown: their texts, in the language of the screen. */
export async function loadPageTexts(): Promise<void> {
  pagesWanted = true;
  const { locale } = useLocaleStore.getState();
  const { messages } = await PAGES[locale]();
  i18n.load(locale, messages);
}

/** To be awaited before the first render. */
export const startLocale = (): Promise<void> => switchLocale(useLocaleStore.getState().locale);

export { i18n };
