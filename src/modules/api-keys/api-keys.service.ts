import type { ApiKey } from '../../../shared/api/api-keys.ts';
import type { Permission } from '../../../shared/permissions.ts';
import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { demand, unauthenticated, type Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { hashOfSecret, newSecret, splitCredential } from '../users/secrets.ts';
import { unknownTenantIsNobody } from '../users/sessions.service.ts';
import {
  findApiKey,
  findApiKeyBySecret,
  insertApiKey,
  listApiKeyRows,
  markRevoked,
  markUsed,
  tenantIsActive,
  type ApiKeyRow,
} from './api-keys.queries.ts';

const PREFIX = 'scc_';
/** The time of last use is written at most this often. */
const TOUCH_EVERY_MS = 60_000;

const viewOf = (row: ApiKeyRow): ApiKey => ({
  ...recordOf(row),
  name: row.name,
  permissions: row.permissions as Permission[],
  lastUsedAt: isoOrNull(row.last_used_at),
  revokedAt: isoOrNull(row.revoked_at),
});

export async function listApiKeys(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listApiKeyRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: '', id: row.id }));
}

/**
 * Creates a key. Nobody can give a key what they do not hold themselves.
 * @throws AppError `forbidden`
 */
export async function createApiKey(tx: TenantTx, session: Session, given: { name: string; permissions: Permission[] }): Promise<{ apiKey: ApiKey; secret: string }> {
  for (const permission of given.permissions) demand(session, permission);
  const permissions = [...new Set(given.permissions)];
  const id = newId();
  const secret = newSecret();
  await insertApiKey(tx, { id, name: given.name, secretHash: hashOfSecret(secret), permissions });
  await tx.audit({ code: 'api_key.created', subject: { kind: 'apiKey', id }, detail: { name: given.name, permissions } });
  const row = await findApiKey(tx, id);
  if (!row) throw notFound('API key');
  return { apiKey: viewOf(row), secret: `${PREFIX}${tx.tenantId}_${secret}` };
}

/** Revokes a key at once; revoking twice is no fault. @throws AppError `not_found` */
export async function revokeApiKey(tx: TenantTx, id: string, now: number): Promise<void> {
  const row = await findApiKey(tx, id);
  if (!row) throw notFound('API key');
  if (row.revoked_at) return;
  await markRevoked(tx, id, new Date(now));
  await tx.audit({ code: 'api_key.revoked', subject: { kind: 'apiKey', id }, detail: { name: row.name } });
}

/**
 * The session of a program that shows `Authorization: Bearer scc_TENANT_SECRET`.
 * @throws AppError `unauthenticated`
 */
export async function sessionOfApiKey(deps: { withTenant: WithTenant; clock: Clock }, bearer: string, ip: string): Promise<Session> {
  const credential = bearer.startsWith(PREFIX) ? splitCredential(bearer.slice(PREFIX.length)) : null;
  if (!credential) throw unauthenticated();
  const { tenantId, secret } = credential;
  const row = await deps
    .withTenant(tenantId, { kind: 'system', id: 'apiKeys', ip }, async (tx) => {
      const found = await findApiKeyBySecret(tx, hashOfSecret(secret));
      if (!found || found.revoked_at || !(await tenantIsActive(tx))) return null;
      const now = deps.clock.wall();
      if (now - (found.last_used_at?.getTime() ?? 0) >= TOUCH_EVERY_MS) await markUsed(tx, found.id, new Date(now));
      return found;
    })
    .catch(unknownTenantIsNobody);
  if (!row) throw unauthenticated();
  return {
    kind: 'apiKey',
    tenantId,
    userId: row.id,
    sessionId: row.id,
    permissions: new Set(row.permissions as Permission[]),
    mustSetUpFactor: false,
    ip,
    loginId: '',
    name: row.name,
    profileId: '',
    profileCode: '',
    expiresAt: null,
  };
}
