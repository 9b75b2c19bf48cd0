import type { IpRangesAnswer, Profile } from '../../../shared/api/profiles.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import type { RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { addressAllowed, normalizeRange, plainAddress } from './ip-ranges.ts';
import { demandCovers, permissionsOf } from './profile-permissions.ts';
import { findProfile, listProfileRows, setIpRanges, type ProfileRow } from './profiles.queries.ts';
import { liveSessionsOfProfile, revokeSession } from './sessions.queries.ts';
import { tellRevoked } from './sessions.service.ts';

export interface ProfileDeps {
  clock: Clock;
  events: DomainEmitter;
}

const viewOf = (row: ProfileRow): Profile => ({
  ...recordOf(row),
  code: row.code,
  name: row.name,
  preset: row.preset,
  permissions: [...permissionsOf(row)],
  ipRanges: row.ip_ranges,
  secondFactorRequired: row.second_factor_required,
  userCount: Number(row.user_count ?? 0),
});

/** @throws AppError `not_found` */
export async function profileView(tx: TenantTx, id: string): Promise<Profile> {
  const row = await findProfile(tx, id);
  if (!row) throw notFound('profile');
  return viewOf(row);
}

export async function listProfiles(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listProfileRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: '', id: row.id }));
}

/** @throws AppError `invalid` with the place of each that cannot be read */
export function normalizeAll(given: readonly string[]): string[] {
  const errors = given.flatMap((text, index) => (normalizeRange(text) ? [] : [{ path: `body.ipRanges.${index}`, message: 'is not an IP address or CIDR range' }]));
  if (errors.length > 0) throw invalid('Some ranges cannot be read.', { errors });
  return [...new Set(given.map((text) => normalizeRange(text) ?? ''))];
}

/**
 * Replaces a profile's source IP ranges; sessions outside them end. A preview changes nothing.
 * @throws AppError `not_found`, `invalid`, `would_lock_out` when the caller's own address would not be allowed any more
 */
export async function replaceIpRanges(deps: ProfileDeps, context: RequestContext, id: string, given: { ipRanges: string[]; preview: boolean }): Promise<IpRangesAnswer> {
  const { session } = context;
  const outcome = await context.inTenant(async (tx) => {
    const before = await profileView(tx, id);
    demandCovers(session, before.permissions);
    const ipRanges = normalizeAll(given.ipRanges);
    const youStayAllowed = session.profileId !== id || addressAllowed(ipRanges, session.ip);
    const now = new Date(deps.clock.wall());
    const outside = (await liveSessionsOfProfile(tx, id, now)).filter((live) => !addressAllowed(ipRanges, live.ip)).map((live) => live.id);
    const answer = { profile: before, ipRanges, applied: false, yourIp: plainAddress(session.ip), youStayAllowed, sessionsEnded: outside.length };
    if (given.preview) return { answer, ended: [] };
    if (!youStayAllowed) throw conflict('would_lock_out', 'Your own address is not in these ranges; you would lock yourself out.');
    await setIpRanges(tx, id, ipRanges);
    for (const sessionId of outside) await revokeSession(tx, sessionId, now);
    await tx.audit({
      code: 'profile.updated',
      subject: { kind: 'profile', id },
      detail: { before: { ipRanges: before.ipRanges }, after: { ipRanges }, sessionsEnded: outside.length },
    });
    return { answer: { ...answer, applied: true, profile: await profileView(tx, id) }, ended: outside };
  });
  tellRevoked(deps.events, session.tenantId, outcome.ended);
  return outcome.answer;
}
