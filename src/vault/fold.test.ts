import { describe, expect, it } from 'vitest';
import { fold, grams, searchGrams } from './fold.ts';
import { KANJI_VARIANTS } from './kanji-variants.ts';

describe('fold', () => {
  it.each([
    ['half and full width kana', 'ﾔﾏﾀﾞ ﾀﾛｳ', 'やまだたろう'],
    ['katakana and hiragana', 'ヤマダ', 'やまだ'],
    ['half and full width letters, case', 'ＡＢＣ株式会社', 'abc株式会社'],
    ['small kana', 'キャッシュ', 'きやつしゆ'],
    ['long vowels', 'サーバー', 'さば'],
    ['v sounds', 'ヴァイオリン', 'ばいおりん'],
    ['old kana', 'ゐゑ', 'いえ'],
    ['two ways to write a sound', 'みづほ', 'みずほ'],
    ['spaces of any kind', '山田　太郎 ', '山田太郎'],
    ['middle dots and hyphens', 'ジャン・ポール=ベル-モンド', 'じやんぽるべるもんど'],
    ['ladder 高', '髙橋', '高橋'],
    ['standing 崎', '山﨑', '山崎'],
    ['many 辺', '渡邊渡邉', '渡辺渡辺'],
    ['many 斎', '齋藤齊藤斉藤', '斎藤斎藤斎藤'],
    ['repeat mark', '佐々木', '佐佐木'],
    ['kanji outside the basic plane', '𠮷野家', '吉野家'],
    ['variation selectors', '葛\u{E0100}城', '葛城'],
    ['compatibility forms', '神戸㈱', '神戸株'],
  ])('%s: %s', (_name, text, folded) => {
    expect(fold(text)).toBe(folded);
    expect(fold(fold(text))).toBe(folded);
  });

  it('has no variant that folds to another variant', () => {
    for (const canonical of KANJI_VARIANTS.values()) expect(KANJI_VARIANTS.has(canonical), canonical).toBe(false);
    expect(KANJI_VARIANTS.size).toBeGreaterThan(250);
  });
});

describe('grams', () => {
  it('gives every character and every pair once', () => {
    expect(grams('ササキ').toSorted()).toEqual(['き', 'さ', 'ささ', 'さき'].toSorted());
    expect(grams('')).toEqual([]);
  });

  it('searches by pairs, or by the only character', () => {
    expect(searchGrams('佐々木')).toEqual(['佐佐', '佐木']);
    expect(searchGrams('森')).toEqual(['森']);
    expect(searchGrams('・')).toEqual([]);
  });

  it('finds every part of a text', () => {
    const stored = new Set(grams('東京都渋谷区'));
    const characters = [...'東京都渋谷区'];
    for (let from = 0; from < characters.length; from++) {
      for (let to = from + 1; to <= characters.length; to++) {
        expect(searchGrams(characters.slice(from, to).join('')).every((gram) => stored.has(gram))).toBe(true);
      }
    }
  });
});
