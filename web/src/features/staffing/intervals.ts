/** The rows from the first to the last in which something happens, so that nights do not take most of a chart; all when nothing does. */
export function busyPart<Row>(rows: readonly Row[], happens: (row: Row) => boolean): readonly Row[] {
  const first = rows.findIndex(happens);
  const last = rows.findLastIndex(happens);
  return first < 0 ? rows : rows.slice(first, last + 1);
}

/** At most so many of the texts, evenly spread, the first among them. */
export function spreadMarks(texts: readonly string[], most: number): string[] {
  const step = Math.max(1, Math.ceil(texts.length / most));
  return texts.filter((_, index) => index % step === 0);
}
