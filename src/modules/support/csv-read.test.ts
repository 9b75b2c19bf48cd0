import { expect, it } from 'vitest';
import { readUserFile } from '../users/user-file.ts';
import { readCsv } from './csv-read.ts';

const cells = (text: string): string[][] => readCsv(text).map((row) => row.cells);

it('reads cells, quotes, line ends of every kind and a byte order mark', () => {
  expect(cells('\ufeffa,b\r\n1,"2,""3"""\n\n4,\r5')).toEqual([['a', 'b'], ['1', '2,"3"'], ['4', ''], ['5']]);
  expect(cells('')).toEqual([]);
});

it('counts lines as the file has them', () => {
  expect(readCsv('a\n"b\nc"\n\nd').map(({ line }) => line)).toEqual([1, 2, 5]);
});

it('does not lose what it cannot read', () => {
  expect(cells('a,b\nc"d,e\nf')).toEqual([['a', 'b'], [expect.stringContaining('"d')]]);
});

/** As large as an upload may be. */
const MB2 = 2 * 1024 * 1024;
const BOMBS: [string, string][] = [
  ['a million columns', `loginId${',x'.repeat(MB2 / 2 - 10)}`],
  ['two million empty cells', ','.repeat(MB2)],
  ['a million lines', 'a\n'.repeat(MB2 / 2)],
  ['two million empty lines', '\n'.repeat(MB2)],
  ['a line with all of them', `loginId\ncsr1${','.repeat(MB2 - 20)}`],
  ['one cell', 'a'.repeat(MB2)],
  ['one cell in quotes', `"${'a'.repeat(MB2 - 2)}"`],
  ['a quote without end', `"${'a'.repeat(MB2 - 1)}`],
  ['quotes alone', '"'.repeat(MB2)],
  ['line ends in quotes', `"${'\n'.repeat(MB2 - 2)}"`],
];

it.each(BOMBS)('is neither held up nor taken in by %s', (_what, text) => {
  const before = process.cpuUsage();
  const rows = readCsv(text);
  const { user } = process.cpuUsage(before);
  // Without bounds it was up to seven seconds on a busy machine; the time is this process's own.
  expect(user / 1000, 'ms of the processor').toBeLessThan(600);
  expect(rows.reduce((sum, row) => sum + row.cells.length, 0)).toBeLessThanOrEqual(50_001);
  const { lines, faults } = readUserFile(Buffer.from(text));
  expect([...faults, ...lines.flatMap((line) => line.faults)].length, 'an importer finds a fault').toBeGreaterThan(0);
});

it('reads as many lines as a list of users may have, and their longest cells', () => {
  const text = `a,b\n${`${'x'.repeat(1000)},"y"\n`.repeat(2000)}`;
  expect(readCsv(text)).toHaveLength(2001);
  expect(readCsv(`"${'""'.repeat(10_000)}",b`)[0]?.cells).toEqual(['"'.repeat(10_000), 'b']);
});
