/** The detail of a step or an audit entry in one line; ids are left out, since no person can read them. */
export function stepDetail(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([key, value]) => value !== null && value !== '' && !/id$/i.test(key))
    .map(([key, value]) => `${key}: ${plain(value)}`)
    .join(' · ');
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
