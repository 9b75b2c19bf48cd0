import type { Prompt } from '../../../../shared/api/prompts.ts';

/** A number's sound, `ja/number-12`: there are hundreds, and hardly anybody replaces one. */
const isNumber = (name: string): boolean => /(^|\/)(number|digit)-\d+$/.test(name);

/** Prompts whose name holds the text; Japanese ones first, the sounds of numbers last. */
export const filterPrompts = (prompts: readonly Prompt[], text: string, onlyOwn: boolean): Prompt[] => {
  const wanted = text.normalize('NFKC').trim().toLowerCase();
  const rank = (prompt: Prompt): number => (isNumber(prompt.name) ? 2 : 0) + (prompt.name.startsWith('en/') ? 1 : 0);
  return prompts
    .filter((prompt) => prompt.name.includes(wanted) && (!onlyOwn || prompt.replaced))
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }));
};
