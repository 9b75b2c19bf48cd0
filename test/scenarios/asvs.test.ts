/** The list of ASVS requirements is whole, and what it names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/security/asvs.md'), 'utf8');

/** Requirements of levels 1 and 2 in each chapter of version 5.0.0; 253 together. */
const OF_CHAPTER = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

interface Row {
  id: string;
  state: string;
  about: string;
  evidence: string;
}

const rows: Row[] = text.split('\n').flatMap((line) => {
  const [, id = '', level, state = '', about = '', evidence = ''] = line.split('|').map((cell) => cell.trim());
  return /^\d+\.\d+\.\d+$/.test(id) && (level === '1' || level === '2') ? [{ id, state, about, evidence }] : [];
});

const sourceOf = (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');

function fault({ state, about, evidence }: Row): string | null {
  if (about === '') return 'says nothing';
  const [, path = '', , test = ''] = /^`([^`]+)`( › (.+))?$/.exec(evidence) ?? [];
  switch (state) {
    case 'test':
      return test !== '' && ["'", '"', '`'].some((quote) => sourceOf(path).includes(quote + test + quote)) ? null : 'no such test';
    case 'design':
    case 'document':
    case 'operator':
      return existsSync(join(root, path)) && path !== '' ? null : 'no such file';
    case 'n/a':
    case 'open':
      return evidence === '' ? null : 'needs nothing to keep it';
    default:
      return 'no such state';
  }
}

it('the list of ASVS requirements has each of levels 1 and 2 once', () => {
  const counts = OF_CHAPTER.map((_, index) => rows.filter(({ id }) => id.startsWith(`${index + 1}.`)).length);
  expect(counts).toEqual(OF_CHAPTER);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

it('everything that it names is there', () => {
  expect(rows.map((row) => [row.id, fault(row)]).filter(([, wrong]) => wrong !== null)).toEqual([]);
});

it('control: a test that is gone, a file that is gone and an unknown state are noticed', () => {
  const row = { id: '1.1.1', state: 'test', about: 'x', evidence: '`src/http/server.test.ts` › is no test at all' };
  expect([fault(row), fault({ ...row, state: 'design', evidence: '`src/none.ts`' }), fault({ ...row, state: 'kept' })]).toEqual(['no such test', 'no such file', 'no such state']);
});
