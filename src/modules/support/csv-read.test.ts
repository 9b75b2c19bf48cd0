import { expect, it } from 'vitest';
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
