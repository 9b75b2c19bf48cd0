import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import writeXlsxFile from 'write-excel-file/node';
import type { ExportFormat } from '../../../shared/api/reports.ts';

/** A cell: a text, a number as it is, or nothing. */
export type Cell = string | number | null;

/** A table that leaves the product as a file. */
export interface TableFile {
  /** Name of the file, without its ending. */
  name: string;
  /** Lines above the head: what the table is, of when; one cell each. */
  preface: readonly string[];
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/**
 * What a spreadsheet would take as a formula, also behind spaces and in full width, as some programs fold it. Such a text
 * gets an apostrophe in front, which every spreadsheet shows as text. Numbers never come here.
 */
const FORMULA = /^[\s\u00a0\u3000\ufeff]*[=+\-@＝＋－＠\t\r|%]/u;

/** A text that no spreadsheet runs. Line breaks within are made spaces, because what follows one may begin a cell. */
export function harmless(text: string): string {
  const line = text.replaceAll(/[\r\n\u2028\u2029]+/gu, ' ');
  return FORMULA.test(line) ? `'${line}` : line;
}

/** What `harmless` made of a text, as it was before: for files that come back. */
export const unharmed = (text: string): string => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

const harmlessCell = (cell: Cell): Cell => (typeof cell === 'string' ? harmless(cell) : cell);

/** A table as CSV text, without a byte order mark. */
export function csvOf({ preface, head, rows }: TableFile): string {
  const lines = [...preface.map((line) => [line]), head, ...rows].map((line) => line.map((cell) => harmlessCell(cell) ?? ''));
  return stringify(lines, { record_delimiter: 'windows' });
}

async function xlsx({ name, preface, head, rows }: TableFile): Promise<Buffer> {
  const text = (value: string, bold = false) => ({ type: String, value: harmless(value), ...(bold ? { fontWeight: 'bold' as const } : {}) });
  const sheet = [
    ...preface.map((line) => [text(line)]),
    head.map((cell) => text(cell, true)),
    ...rows.map((row) => row.map((cell) => (cell === null ? null : typeof cell === 'number' ? { type: Number, value: cell } : text(cell)))),
  ];
  // A sheet's name holds at most 31 characters and none of []:*?/\.
  const sheetName = name.replaceAll(/[[\]:*?/\\]/gu, ' ').slice(0, 31);
  return writeXlsxFile(sheet, { sheet: sheetName, columns: head.map((cell) => ({ width: Math.max(12, Math.min(40, cell.length * 2)) })) }).toBuffer();
}

/**
 * The bytes of a table: CSV in UTF-8 with a byte order mark (which Excel needs), CSV in CP932 (what it cannot hold becomes
 * `?`), or an Excel workbook.
 */
export async function tableBytes(table: TableFile, format: ExportFormat): Promise<Buffer> {
  if (format === 'xlsx') return xlsx(table);
  return iconv.encode(csvOf(table), format === 'csv' ? 'utf8' : 'cp932', { addBOM: format === 'csv' });
}

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  'csv-cp932': 'text/csv; charset=Shift_JIS',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Headers with which a browser saves the file under its name. */
export const tableHeaders = (name: string, format: ExportFormat): Record<string, string> => ({
  'content-type': MEDIA_TYPES[format],
  'content-disposition': `attachment; filename="report.${format === 'xlsx' ? 'xlsx' : 'csv'}"; filename*=UTF-8''${encodeURIComponent(name)}.${format === 'xlsx' ? 'xlsx' : 'csv'}`,
});
