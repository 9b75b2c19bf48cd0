// Fails when a Japanese text is missing, or when extraction would change a catalogue (a text was added, changed or removed
// without extracting). Extraction runs on the real files; they are put back as they were, except with --write.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePoFile } from '@lingui/format-po';

const web = fileURLToPath(new URL('..', import.meta.url));
const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('@lingui/cli/api')), '../lingui.js');
const catalogues = () => globSync('src/**/locales/*.po', { cwd: web }).map((file) => path.join(web, file));
const contents = () => new Map(catalogues().map((file) => [file, readFileSync(file, 'utf8')]));
const withoutDates = (text) => text.replaceAll(/^"(?:POT-Creation-Date|PO-Revision-Date):.*\n/gm, '');

const write = process.argv.includes('--write');
let before = contents();
const faults = [];
try {
  execFileSync(process.execPath, [cli, 'extract', '--clean', '--config', path.join(web, 'lingui.config.ts')], { stdio: 'pipe' });
  const after = contents();
  if (write) before = after;
  for (const [file, text] of after) {
    if (withoutDates(before.get(file) ?? '') !== withoutDates(text)) faults.push(`${path.relative(web, file)}: not extracted`);
  }
} finally {
  for (const file of catalogues()) if (!before.has(file)) rmSync(file);
  for (const [file, text] of before) if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
// All catalogues of a language are loaded together: one English text can only have one Japanese text (give it a context).
const japanese = new Map();
for (const [file, text] of before) {
  if (!file.endsWith('ja.po')) continue;
  for (const item of parsePoFile(text).items) {
    const key = `${item.msgctxt ?? ''}\u0004${item.msgid}`;
    const other = japanese.get(key);
    if (other !== undefined && other !== item.msgstr.join('')) {
      faults.push(`${path.relative(web, file)}: “${item.msgid}” is also “${other}”, here “${item.msgstr.join('')}”`);
    }
    japanese.set(key, item.msgstr.join(''));
    if (!item.obsolete && item.msgstr.every((line) => line === '')) {
      faults.push(`${path.relative(web, file)}: no Japanese for “${item.msgid}”`);
    }
  }
}
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} faults in catalogues\n`);
  process.exitCode = 1;
} else process.stdout.write(`${before.size} catalogues are complete\n`);
