/** The five columns of every record, as the API shows them. */
export interface RecordRow {
  id: string;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
}

export const recordOf = (row: RecordRow) => ({
  id: row.id,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  updatedAt: row.updated_at.toISOString(),
  updatedBy: row.updated_by,
});

/** ISO text of a time that may be absent. */
export const isoOrNull = (time: Date | null): string | null => time?.toISOString() ?? null;

/** Names of the fields in which `after` differs from `before`, each with both values; for the audit log. */
export function changesOf(before: object, after: object): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const old = before as Record<string, unknown>;
  const changes = { before: {} as Record<string, unknown>, after: {} as Record<string, unknown> };
  for (const [key, value] of Object.entries(after)) {
    if (JSON.stringify(old[key]) === JSON.stringify(value)) continue;
    changes.before[key] = old[key] ?? null;
    changes.after[key] = value;
  }
  return changes;
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Only the fields that were given. */
export const withoutUndefined = <T extends object>(patch: T): Given<T> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Given<T>;
