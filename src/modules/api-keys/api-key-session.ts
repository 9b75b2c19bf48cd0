import { isPermission } from '../../../shared/permissions.ts';
import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { unauthenticated, type Session } from '../support/binding.ts';
import { addressAllowed } from '../users/ip-ranges.ts';
import { permissionsOf } from '../users/profile-permissions.ts';
import { hashOfSecret, splitCredential } from '../users/secrets.ts';
import { unknownTenantIsNobody } from '../users/sessions.service.ts';
import { findApiKeyBySecret, patchApiKey, profileOfOwner, tenantIsActive, type ApiKeyRow } from './api-keys.queries.ts';
import { PREFIX, stateOf } from './api-keys.service.ts';

/** The times of last use and last refusal are written at most this often. */
const TOUCH_EVERY_MS = 60_000;

const isLong = (since: Date | null, now: number): boolean => now - (since?.getTime() ?? 0) >= TOUCH_EVERY_MS;

/** The parts of `scc_TENANT_SECRET`; null when it is none. */
export const credentialOfKey = (bearer: string): ReturnType<typeof splitCredential> => (bearer.startsWith(PREFIX) ? splitCredential(bearer.slice(PREFIX.length)) : null);

/**
 * The session of a program that shows `Authorization: Bearer scc_TENANT_SECRET`. It may do what the key holds and its owner may do
 * at this moment, from where both may work; a key whose owner is disabled is nobody's.
 * @throws AppError `unauthenticated`
 */
export async function sessionOfApiKey(deps: { withTenant: WithTenant; clock: Clock }, bearer: string, ip: string): Promise<Session> {
  const credential = credentialOfKey(bearer);
  if (!credential) throw unauthenticated();
  const { tenantId, secret } = credential;
  const session = await deps
    .withTenant(tenantId, { kind: 'system', id: 'apiKeys', ip }, async (tx) => {
      const row = await findApiKeyBySecret(tx, hashOfSecret(secret));
      return row && (await tenantIsActive(tx)) ? sessionOf(tx, row, deps.clock.wall(), ip) : null;
    })
    .catch(unknownTenantIsNobody);
  if (!session) throw unauthenticated();
  return session;
}

async function sessionOf(tx: TenantTx, row: ApiKeyRow, now: number, ip: string): Promise<Session | null> {
  if (stateOf(row, now) !== 'active') return null;
  const owner = row.owner_id === null ? null : await profileOfOwner(tx, row.owner_id);
  if (owner === undefined) return null;
  if (!addressAllowed(row.ip_ranges, ip) || !addressAllowed(owner?.ip_ranges ?? [], ip)) {
    await refuseAddress(tx, row, now, ip);
    return null;
  }
  if (isLong(row.last_used_at, now)) await patchApiKey(tx, row.id, { last_used_at: new Date(now) });
  const most = owner && new Set(permissionsOf(owner));
  return {
    kind: 'apiKey',
    tenantId: tx.tenantId,
    userId: row.id,
    personId: row.owner_id ?? '',
    sessionId: row.id,
    permissions: new Set(row.permissions.filter(isPermission).filter((permission) => most?.has(permission) ?? true)),
    mustSetUpFactor: false,
    mustChangePassword: false,
    isReturning: false,
    ip,
    loginId: '',
    name: row.name,
    profileId: '',
    profileCode: '',
    expiresAt: row.expires_at?.getTime() ?? null,
  };
}

/** One entry a minute says that somebody has the key at a foreign address, however often it is tried. */
async function refuseAddress(tx: TenantTx, row: ApiKeyRow, now: number, ip: string): Promise<void> {
  if (!isLong(row.refused_at, now)) return;
  await patchApiKey(tx, row.id, { refused_at: new Date(now) });
  await tx.audit({ code: 'access.refused', subject: { kind: 'apiKey', id: row.id }, detail: { reason: 'address', ip } });
}
