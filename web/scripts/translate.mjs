// Fills Japanese texts: node web/scripts/translate.mjs FEATURE pairs.json ("common" for src/locales). The file is one object,
// English text to Japanese text. A text that already has a translation is replaced.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [feature, pairsFile] = process.argv.slice(2);
const folder = feature === 'common' ? '' : `features/${feature}/`;
const file = fileURLToPath(new URL(`../src/${folder}locales/ja.po`, import.meta.url));
const pairs = JSON.parse(readFileSync(pairsFile, 'utf8'));
let missing = 0;
const filled = readFileSync(file, 'utf8').replaceAll(/^msgid (".*")\nmsgstr (".*")$/gm, (entry, id, translation) => {
  const key = JSON.parse(id);
  if (key === '') return entry;
  if (typeof pairs[key] === 'string') return `msgid ${id}\nmsgstr ${JSON.stringify(pairs[key])}`;
  if (translation === '""') missing += 1;
  return entry;
});
writeFileSync(file, filled);
process.stdout.write(`${file}: ${missing} without Japanese\n`);
