/** Writes one line for the person at the terminal. */
export const print = (line = ''): void => void process.stdout.write(`${line}\n`);

/** Writes one line of complaint. */
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Ends without a word when the reader has gone, as in `scc tenant list | head -1`: what it wanted it has got. */
export const endWhenNobodyReads = (): void =>
  void process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });

/** Rows as columns of equal width, two spaces apart; full-width characters count double. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (text: string): number => [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows.map((row) => row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))).join('  ').trimEnd());
}
