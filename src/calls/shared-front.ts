import { isIP } from 'node:net';
import type { Actor } from '../db/types.ts';
import type { IncomingInvite } from '../sip/types.ts';
import { callerNumber } from './party-text.ts';
import type { JournalPort } from './ports.ts';

/** Slug of the demo tenant: the local trunk plays its carrier, and telephones on this machine are its own. */
const DEMO_SLUG = 'demo';

/**
 * In whose audit log a call to nobody's number stands: the one tenant it could have been for (a trunk or telephone of that
 * tenant, or the only tenant there is), else the demo tenant, because only the demo carrier serves several.
 * @param tenants those the call could have been for
 */
export function auditorOf<Tenant extends { slug: string }>(tenants: readonly Tenant[]): Tenant | null {
  const [first, ...others] = tenants;
  if (first && others.length === 0) return first;
  return tenants.find(({ slug }) => slug === DEMO_SLUG) ?? null;
}

/** A call to a number that is nobody's, in the log of whom it could have been for. */
export function auditUnknownNumber(tenants: readonly { slug: string; journal: Pick<JournalPort, 'add'> }[], callId: string, { dialled, caller, source }: IncomingInvite): void {
  const actor: Actor = { kind: 'caller', id: callId, ip: source.host };
  const detail = { dialled: callerNumber(dialled) ?? '', caller: callerNumber(caller) ?? '', reason: 'unknown_number' };
  auditorOf(tenants)?.journal.add(actor, { kind: 'audit', code: 'call.refused', subject: { kind: 'call', id: callId }, detail });
}

const isAddress = (host: string): boolean => host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0;

/**
 * Digest realm for telephones that name us by `host`: the tenant's slug that is the host's first label; for an address the only
 * tenant, else the demo tenant, whose telephones must not lose us when a second tenant comes. Where there are several tenants, a name
 * that is nobody's has a realm of its own: who asks for names is told nothing.
 */
export function realmOf(host: string, tenants: readonly { slug: string }[]): string {
  const label = (host.split('.')[0] ?? '').toLowerCase();
  const isNobodys = tenants.length > 1 && !isAddress(host) && /^[a-z0-9][a-z0-9-]{0,62}$/.test(label);
  const named = tenants.find(({ slug }) => slug === label) ?? (isNobodys ? { slug: label } : auditorOf(tenants));
  return named?.slug ?? 'scc';
}
