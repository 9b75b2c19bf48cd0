/** The language of the screen, for what the server writes in it. */
export const languageOf = (locale: string): 'ja' | 'en' => (locale === 'ja' ? 'ja' : 'en');

/** What the server or `shared` holds in both languages, as the screen's locale wants it. */
export const wordsIn = (locale: string, words: { ja: string; en: string }): string => words[languageOf(locale)];

/** A label that the company has written itself; the English one may be missing. */
export const labelIn = (locale: string, { label, labelEn }: { label: string; labelEn: string }): string => wordsIn(locale, { ja: label, en: labelEn }) || label;

/** The locale as browsers' formats of times want it: British days and months, not American. */
export const formatLocaleOf = (locale: string): string => wordsIn(locale, { ja: 'ja-JP', en: 'en-GB' });
