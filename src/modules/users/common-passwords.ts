import { createRequire } from 'node:module';

/** Longest text that is looked up in the list; it has none longer. */
const LONGEST = 24;
/** What is shorter is a part of anything. */
const SHORTEST = 4;
/** A password of so many listed ones in a row is tried soon by whoever has the list; three are 10^14. */
const MOST_JOINED = 2;

const require = createRequire(import.meta.url);

let list: ReadonlySet<string> | null = null;

/** Some 49,000 of the passwords that were chosen most often; read when the first password is chosen. */
function listed(): ReadonlySet<string> {
  if (list) return list;
  const { dictionary } = require('@zxcvbn-ts/language-common') as { dictionary: { 'passwords-common': string[] } };
  list = new Set(dictionary['passwords-common'].filter(({ length }) => length >= SHORTEST && length <= LONGEST));
  return list;
}

/**
 * How many characters are left when at most two of the most used passwords are taken out of a text, so that as few as possible are.
 * @param text in small letters
 */
export function charactersBesideCommon(text: string): number {
  const known = listed();
  const characters = [...text];
  const size = characters.length;
  // left[words][at]: fewest characters left over of the first `at`, with so many listed ones taken out.
  const left = Array.from({ length: MOST_JOINED + 1 }, () => Array.from({ length: size + 1 }, (_, at) => at));
  for (let words = 1; words <= MOST_JOINED; words += 1) {
    const before = left[words - 1] ?? [];
    const now = left[words] ?? [];
    for (let at = 1; at <= size; at += 1) {
      let fewest = Math.min((now[at - 1] ?? 0) + 1, before[at] ?? at);
      for (let length = SHORTEST; length <= Math.min(LONGEST, at); length += 1) {
        const rest = before[at - length] ?? at;
        if (rest < fewest && known.has(characters.slice(at - length, at).join(''))) fewest = rest;
      }
      now[at] = fewest;
    }
  }
  return left[MOST_JOINED]?.[size] ?? size;
}
