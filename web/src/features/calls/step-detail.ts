import { formatPhone } from '../../lib/format.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The detail of a step or an audit entry in one line; ids are left out, since no person can read them. */
export function stepDetail(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([key, value]) => value !== null && value !== '' && !/id$/i.test(key))
    .map(([key, value]) => `${key}: ${plain(value)}`)
    .join(' · ');
}

/** Who gave the call to whom: agents by name, telephones as numbers, one who is not known any more not at all. */
export function transferText({ from, to }: Readonly<Record<string, unknown>>, nameOf: (agentId: string) => string): string {
  const who = (value: unknown): string => (typeof value !== 'string' ? '' : nameOf(value) || (UUID.test(value) ? '' : formatPhone(value)));
  return [who(from), who(to)].filter((part) => part !== '').join(' → ');
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
