/** A text in both languages of the product. */
export interface TwoTexts {
  ja: string;
  en: string;
}
