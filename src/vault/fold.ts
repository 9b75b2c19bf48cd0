import { KANJI_VARIANTS } from './kanji-variants.ts';

/** Selects a glyph of the kanji before it; says nothing about the name. */
const VARIATION_SELECTORS = /[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;

/** White space, punctuation, symbols and long-vowel marks: people write names with and without them. */
const IGNORED = /[\s\p{P}\p{S}\p{Cf}ー]/gu;

const KATAKANA = /[\u30A1-\u30F6]/g;
const KATAKANA_TO_HIRAGANA = 0x60;

/** Sounds written in more than one way, after everything is hiragana: pairs of the written and the searched form. */
const KANA = new Map(Array.from('ぁあぃいぅうぇえぉおっつゃやゅゆょよゎわゕかゖけゐいゑえぢじづずゔぶ'.matchAll(/(.)(.)/gu), ([, from = '', to = '']) => [from, to]));
const KANA_CLASS = new RegExp(`[${[...KANA.keys()].join('')}]`, 'g');

/** ヴァ ヴィ ヴェ ヴォ, which are heard and written as バ ビ ベ ボ. */
const VU: Readonly<Record<string, string>> = { ゔぁ: 'ば', ゔぃ: 'び', ゔぇ: 'べ', ゔぉ: 'ぼ' };

const hiraganaOf = (katakana: string): string => String.fromCharCode(katakana.charCodeAt(0) - KATAKANA_TO_HIRAGANA);

/**
 * Brings text into the form in which it is searched: equal for half and full width, hiragana and katakana, small and large
 * kana, with and without long-vowel marks and spaces, old and new kanji forms, upper and lower case. Folding twice
 * changes nothing.
 */
export function fold(text: string): string {
  const normal = text.normalize('NFKC').toLowerCase().replace(VARIATION_SELECTORS, '').replace(IGNORED, '');
  const hiragana = normal.replace(KATAKANA, hiraganaOf).replace(/ゔ[ぁぃぇぉ]/g, (sound) => VU[sound] ?? sound);
  const sounds = hiragana.replace(KANA_CLASS, (kana) => KANA.get(kana) ?? kana);
  let folded = '';
  let previous = '';
  for (const character of sounds) {
    const current = character === '々' ? previous : (KANJI_VARIANTS.get(character) ?? character);
    folded += current;
    previous = current;
  }
  return folded;
}

const pairsOf = (characters: readonly string[]): string[] => characters.slice(1).map((second, index) => `${characters[index]}${second}`);

/** All single characters and neighbouring pairs of the folded text, each once: what is stored for partial search. */
export function grams(text: string): string[] {
  const characters = [...fold(text)];
  return [...new Set([...characters, ...pairsOf(characters)])];
}

/**
 * The grams that all have to be present where `text` occurs: its pairs, or the single character. Text that occurs has all
 * of them; text that has all of them need not occur, so the caller compares the opened content.
 */
export function searchGrams(text: string): string[] {
  const characters = [...fold(text)];
  return characters.length < 2 ? characters : [...new Set(pairsOf(characters))];
}
