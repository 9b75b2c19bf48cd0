import iconv from 'iconv-lite';

/**
 * The text of a CSV file in UTF-8, with or without byte order mark, or in CP932, as Excel in Japan saves it.
 * @returns null for bytes that are neither
 */
export function csvText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const text = iconv.decode(Buffer.from(bytes), 'cp932');
    return text.includes('\ufffd') ? null : text;
  }
}

/** Cells that are read of a file, and of a line; more are no list that people keep, and reading them would make calls wait. */
const MOST_CELLS = 50_000;
const MOST_OF_LINE = 256;

/**
 * The cells of a CSV text (RFC 4180): quotes, doubled quotes, line breaks within quotes, any kind of line end, a byte order
 * mark. Lines without any text are left out. `line` counts from 1, in the file. What is more than a list can be, as what cannot be read, ends
 * in a last line with the beginning of the rest, which no importer takes.
 */
export function readCsv(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  const source = text.replace(/^\ufeff/u, '');
  // A cell in quotes or without, and what ends it.
  const pattern = /(?:"((?:[^"]|""){0,10000})"|([^",\r\n]{0,10000}))(,|\r\n|\n|\r|$)/gy;
  let line = 1;
  let row = { line, cells: [] as string[] };
  let reached = 0;
  let read = 0;
  for (let found = pattern.exec(source); found; found = pattern.exec(source)) {
    const [whole, quoted, plain = '', end] = found;
    if (read++ === MOST_CELLS || row.cells.length === MOST_OF_LINE) break;
    reached = pattern.lastIndex;
    row.cells.push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
    line += (whole.match(/\r\n|\n|\r/g) ?? []).length;
    if (end === ',') continue;
    if (row.cells.some((cell) => cell !== '')) rows.push(row);
    row = { line, cells: [] };
    if (end === '') return rows;
  }
  // The rest is given as it is, so that somebody sees where.
  if (row.cells.some((cell) => cell !== '')) rows.push(row);
  rows.push({ line, cells: [source.slice(reached, reached + 200).split(/[\r\n]/u)[0] ?? ''] });
  return rows;
}
