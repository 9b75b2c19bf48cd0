/** The list of complaints names tests; each must be there under that name. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Line {
  file: string;
  name: string;
}

/** The rows of the table that name a test. */
function named(): Line[] {
  const rows = readFileSync(join(root, 'docs/complaints.md'), 'utf8').split('\n').filter((line) => line.startsWith('| '));
  return rows.flatMap((row) => {
    const [, , , file = '', name = ''] = row.split('|').map((cell) => cell.trim());
    return file.startsWith('`') ? [{ file: file.replaceAll('`', ''), name }] : [];
  });
}

it('every complaint of the list has its test, under the name that stands there', () => {
  const lines = named();
  expect(lines.length).toBeGreaterThan(25);
  const gone = lines.filter(({ file, name }) => {
    const path = join(root, file);
    return !existsSync(path) || ![`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => readFileSync(path, 'utf8').includes(quoted));
  });
  expect(gone).toEqual([]);
});
