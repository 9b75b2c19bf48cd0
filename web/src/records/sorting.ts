/** By which column a table is in order; null = as it came. */
export interface Sorting {
  by: string;
  descending: boolean;
}

type Value = number | string | null | undefined;

/** Names as people in Japan look them up, digits by their value. */
const TEXTS = new Intl.Collator('ja', { numeric: true });

function compare(a: Value, b: Value): number {
  if (typeof a === 'string' || typeof b === 'string') return TEXTS.compare(String(a ?? ''), String(b ?? ''));
  return (a ?? 0) - (b ?? 0);
}

/** The rows in order; those without a value stand last in both directions, equal ones as they came. */
export function sortedRows<Row>(rows: readonly Row[], sorting: Sorting | null, valueOf: (row: Row, by: string) => Value): Row[] {
  if (!sorting) return [...rows];
  const isEmpty = (value: Value): boolean => value === null || value === undefined;
  return rows.toSorted((one, other) => {
    const [a, b] = [valueOf(one, sorting.by), valueOf(other, sorting.by)];
    if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
    return sorting.descending ? compare(b, a) : compare(a, b);
  });
}

/** What a press on a column's head does: figures from the highest, then from the lowest, then as they came. */
export function nextSorting(now: Sorting | null, by: string): Sorting | null {
  if (now?.by !== by) return { by, descending: true };
  return now.descending ? { by, descending: false } : null;
}
