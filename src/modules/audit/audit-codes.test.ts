import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AUDIT_CODES } from '../../../shared/audit-codes.ts';

const SOURCES = join(import.meta.dirname, '../..');

/** Everything the server's sources say, tests left out: what only a test writes is written by nobody. */
async function sourceText(): Promise<string> {
  const entries = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !entry.parentPath.endsWith('/testing'));
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')))).join('\n');
}

it('has no audit code that nothing writes', async () => {
  const text = await sourceText();
  const written = (code: string): boolean => text.includes(`'${code}'`);
  expect(AUDIT_CODES.filter((code) => !written(code))).toEqual([]);
  expect(written('nothing.of_the_kind')).toBe(false);
});
