import { PRESETS } from '../../../shared/permissions.ts';
import type { SccDatabase } from '../../db/database.ts';
import type { Actor, TenantRow, TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { insertFirstStatusReasons } from '../status-reasons/status-reasons.service.ts';

export interface NewTenant {
  /** What people type at the login: lower-case letters, digits, hyphens. */
  slug: string;
  name: string;
}

/** Ids of what every tenant begins with. */
export interface TenantBasics {
  /** Profile ids of the two locked presets. */
  profiles: { SV: string; CSR: string };
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

const PROFILE_NAMES = { SV: '管理者ユーザー', CSR: '一般ユーザー' } as const;

const WRAP_UP_CODES = [
  { code: 'resolved', label: '解決', label_en: 'Resolved' },
  { code: 'callback', label: '折り返し', label_en: 'Call back' },
  { code: 'escalated', label: 'エスカレーション', label_en: 'Escalated' },
  { code: 'follow-up', label: '要フォロー', label_en: 'Follow-up needed' },
  { code: 'wrong-number', label: '間違い電話', label_en: 'Wrong number' },
  { code: 'other', label: 'その他', label_en: 'Other' },
] as const;

async function insertProfiles(tx: TenantTx): Promise<TenantBasics['profiles']> {
  const profiles = { SV: newId(), CSR: newId() };
  for (const code of ['SV', 'CSR'] as const) {
    const row = { tenant_id: tx.tenantId, id: profiles[code], code, name: PROFILE_NAMES[code], preset: true, permissions: [...PRESETS[code]] };
    await tx.db.insertInto('profiles').values(row).execute();
    await tx.audit({ code: 'profile.created', subject: { kind: 'profile', id: profiles[code] }, detail: { code, preset: true } });
  }
  return profiles;
}

async function insertWrapUpCodes(tx: TenantTx): Promise<void> {
  for (const [index, entry] of WRAP_UP_CODES.entries()) {
    const id = newId();
    await tx.db.insertInto('wrap_up_codes').values({ tenant_id: tx.tenantId, id, position: index + 1, ...entry }).execute();
    await tx.audit({ code: 'wrap_up_code.created', subject: { kind: 'wrapUpCode', id }, detail: { code: entry.code } });
  }
}

/**
 * Creates a tenant with its key, its audit chain and what every tenant begins with: settings, the two preset profiles,
 * wrap-up codes, status reasons. `more` runs in the same transaction, so that a tenant is there as a whole or not at all.
 * @throws AppError `invalid` for a bad slug or name, `duplicate` when the slug is taken
 */
export async function createTenant<T>(
  database: Pick<SccDatabase, 'createTenant'>,
  tenant: NewTenant,
  actor: Actor,
  more: (tx: TenantTx, basics: TenantBasics) => Promise<T>,
): Promise<T> {
  if (!SLUG.test(tenant.slug)) throw invalid('A tenant code has lower-case letters, digits and hyphens, at most 63.');
  if (tenant.name.trim() === '') throw invalid('A tenant needs a name.');
  const id = newId();
  return database.createTenant({ id, ...tenant }, actor, async (tx) => {
    await tx.audit({ code: 'tenant.created', subject: { kind: 'tenant', id }, detail: { ...tenant } });
    await tx.audit({ code: 'tenant.key_created', subject: { kind: 'tenantKey', id: '1' }, detail: { version: tx.vault.keyVersion } });
    await tx.db.insertInto('tenant_settings').values({ tenant_id: id }).execute();
    const profiles = await insertProfiles(tx);
    await insertWrapUpCodes(tx);
    await insertFirstStatusReasons(tx);
    return more(tx, { profiles });
  });
}

/**
 * Suspends a tenant or takes the suspension back. Its people cannot log in and its numbers do not answer while it lasts.
 * @throws AppError `not_found`, `tenant_ended`
 */
export async function setTenantStatus(
  database: Pick<SccDatabase, 'directory' | 'withTenant'>,
  slug: string,
  status: TenantRow['status'],
  actor: Actor,
): Promise<void> {
  const tenant = await database.directory.tenantBySlug(slug);
  if (!tenant) throw notFound('tenant');
  if (tenant.status === 'ended') throw conflict('tenant_ended', 'The contract of this tenant has ended; renew it (scc tenant renew).');
  await database.withTenant(tenant.id, actor, async (tx) => {
    await writeTenantStatus(tx, tenant.status, status, '');
  });
}

/** Writes a tenant's status with its audit entry, in the tenant's own transaction. */
export async function writeTenantStatus(tx: TenantTx, before: TenantRow['status'], status: TenantRow['status'], reason: string): Promise<void> {
  await tx.db.updateTable('tenants').set({ status }).where('id', '=', tx.tenantId).execute();
  await tx.audit({
    code: 'tenant.settings_changed',
    subject: { kind: 'tenant', id: tx.tenantId },
    detail: { before: { status: before }, after: { status }, ...(reason === '' ? {} : { reason }) },
  });
}
