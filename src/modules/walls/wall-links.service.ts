import type { z } from 'zod';
import type { createWallLink, WallLink } from '../../../shared/api/wall-links.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { tenantIsActive } from '../api-keys/api-keys.queries.ts';
import { forbidden, type RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { isoOrNull } from '../support/records.ts';
import { queueNames } from '../support/references.ts';
import { addressAllowed } from '../users/ip-ranges.ts';
import { hashOfSecret, newSecret, splitCredential } from '../users/secrets.ts';
import { countOpen, endLink, insertLink, linkOfSecret, wallLinkRows, type WallLinkRow } from './wall-links.queries.ts';

/** What is sealed of a link. */
interface LinkContent {
  name: string;
}

const place = (id: string) => ({ table: 'wall_links', column: 'sealed', id });

const nameOf = (tx: TenantTx, row: Pick<WallLinkRow, 'id' | 'sealed'>): string => tx.vault.open<LinkContent>(place(row.id), row.sealed).name;

/** Links, newest first. */
export async function listLinks(tx: TenantTx): Promise<{ items: WallLink[] }> {
  const rows = await wallLinkRows(tx);
  return {
    items: rows.map((row) => ({
      id: row.id,
      name: nameOf(tx, row),
      queueIds: row.queue_ids,
      showsNames: row.shows_names,
      showsNumbers: row.shows_numbers,
      expiresAt: isoOrNull(row.expires_at),
      revokedAt: isoOrNull(row.revoked_at),
      opens: row.opens,
      lastOpenedAt: isoOrNull(row.last_opened_at),
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
    })),
  };
}

/**
 * Makes a link. Its secret is told once and stored as a hash.
 * @param profileId the maker's: its source IP ranges hold for the screens
 * @returns the token for `/wall/TOKEN`
 * @throws AppError `invalid` for a queue that is not there
 */
export async function createLink(tx: TenantTx, clock: Clock, profileId: string, given: z.output<typeof createWallLink.body>): Promise<{ id: string; token: string; expiresAt: string | null }> {
  const queueIds = [...new Set(given.queueIds)];
  const known = await queueNames(tx, queueIds);
  const unknown = queueIds.findIndex((queueId) => !known.has(queueId));
  if (unknown >= 0) throw invalid('There is no such queue.', { errors: [{ path: `body.queueIds.${unknown}`, message: 'no such queue' }] });
  const id = newId();
  const secret = newSecret();
  const { name, showsNames, showsNumbers, days } = given;
  const expiresAt = days === null ? null : new Date(clock.wall() + days * 86_400_000);
  await insertLink(tx, { id, profileId, secretHash: hashOfSecret(secret), showsNames, showsNumbers, expiresAt, queueIds, sealed: tx.vault.seal(place(id), { name } satisfies LinkContent) });
  await tx.audit({ code: 'wall_link.created', subject: { kind: 'wallLink', id }, detail: { name, queueIds, showsNames, showsNumbers, expiresAt: isoOrNull(expiresAt) } });
  return { id, token: `${tx.tenantId}_${secret}`, expiresAt: isoOrNull(expiresAt) };
}

/** For a logged-in supervisor. @throws AppError `forbidden` for programs, whose profile would say nothing about addresses */
export function makeLink(clock: Clock, context: RequestContext, given: z.output<typeof createWallLink.body>) {
  const { kind, profileId } = context.session;
  if (kind !== 'user') throw forbidden();
  return context.inTenant((tx) => createLink(tx, clock, profileId, given));
}

/** Ends a link at once, also on screens that show it; once more is no fault. @throws AppError `not_found` */
export async function revokeLink(deps: { clock: Clock; events: DomainEmitter }, context: RequestContext, id: string): Promise<void> {
  const ended = await context.inTenant(async (tx) => {
    const isNew = await endLink(tx, id, new Date(deps.clock.wall()));
    if (isNew === null) throw notFound('wall link');
    if (isNew) await tx.audit({ code: 'wall_link.revoked', subject: { kind: 'wallLink', id }, detail: {} });
    return isNew;
  });
  if (ended) deps.events.emit('wallLinkRevoked', { tenantId: context.session.tenantId, linkId: id });
}

/** What a good link lets a screen see. */
export interface WallGrant {
  tenantId: string;
  linkId: string;
  name: string;
  queueIds: readonly string[];
  showsNames: boolean;
  showsNumbers: boolean;
  expiresAt: string | null;
}

interface WallDeps {
  withTenant: WithTenant;
  clock: Clock;
}

const actorOf = (ip: string): Actor => ({ kind: 'system', id: 'wall', ip });

/**
 * Whoever shows the token of a good link from an allowed address. An unknown, ended or overdue one, one of a suspended tenant and one
 * from another address all look alike.
 * @throws AppError `not_found`
 */
export async function grantOf({ withTenant, clock }: WallDeps, token: string, ip: string): Promise<WallGrant> {
  const credential = splitCredential(token);
  if (!credential) throw notFound('wall link');
  const { tenantId, secret } = credential;
  const grant = await withTenant(tenantId, actorOf(ip), (tx) => goodLink(tx, hashOfSecret(secret), ip, clock.wall())).catch(nobody);
  if (!grant) throw notFound('wall link');
  return grant;
}

/** An unknown tenant has no links. */
function nobody(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null;
  throw error;
}

async function goodLink(tx: TenantTx, secretHash: Buffer, ip: string, now: number): Promise<WallGrant | null> {
  const row = await linkOfSecret(tx, secretHash);
  if (!row || row.revoked_at || (row.expires_at && row.expires_at.getTime() <= now)) return null;
  if (!addressAllowed(row.ip_ranges, ip) || !(await tenantIsActive(tx))) return null;
  const { id, queue_ids: queueIds, shows_names: showsNames, shows_numbers: showsNumbers } = row;
  return { tenantId: tx.tenantId, linkId: id, name: nameOf(tx, row), queueIds, showsNames, showsNumbers, expiresAt: isoOrNull(row.expires_at) };
}

/** A screen was opened: written down with the address it is at. */
export async function noteOpened({ withTenant, clock }: WallDeps, { tenantId, linkId }: WallGrant, ip: string): Promise<void> {
  await withTenant(tenantId, actorOf(ip), async (tx) => {
    await countOpen(tx, linkId, new Date(clock.wall()));
    await tx.audit({ code: 'wall_link.opened', subject: { kind: 'wallLink', id: linkId }, detail: {} });
  });
}
