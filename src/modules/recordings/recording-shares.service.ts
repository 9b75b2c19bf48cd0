import { sql } from 'kysely';
import type { RecordingShare } from '../../../shared/api/recording-keeping.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { tenantIsActive } from '../api-keys/api-keys.queries.ts';
import type { BinaryAnswer } from '../support/binding.ts';
import { isoOrNull } from '../support/records.ts';
import { hashOfSecret, newSecret, splitCredential } from '../users/secrets.ts';
import type { PlayLog } from './play-log.ts';
import { recordingKey } from './recording-place.ts';
import { firstByte, openSound, soundAnswer } from './recording-sound.ts';
import { findRecording, logKeyUse, type RecordingRow } from './recordings.queries.ts';

/** What is sealed of a link. */
interface ShareContent {
  /** For whom and why, as typed. */
  purpose: string;
}

const PLAYABLE: ReadonlySet<string> = new Set(['complete', 'interrupted']);

const place = (id: string) => ({ table: 'recording_shares', column: 'sealed', id });

/** Links of a recording, newest first. */
export async function sharesOf(tx: TenantTx, recordingId: string): Promise<{ items: RecordingShare[] }> {
  const rows = await tx.db.selectFrom('recording_shares').selectAll().where('recording_id', '=', recordingId).orderBy('id', 'desc').limit(200).execute();
  return {
    items: rows.map((row) => ({
      id: row.id,
      purpose: tx.vault.open<ShareContent>(place(row.id), row.sealed).purpose,
      expiresAt: row.expires_at.toISOString(),
      revokedAt: isoOrNull(row.revoked_at),
      plays: row.plays,
      lastPlayedAt: isoOrNull(row.last_played_at),
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
    })),
  };
}

/** Makes a link. Its secret is told once and stored as a hash. @returns the token for `/share/recording/TOKEN` */
export async function createShare(tx: TenantTx, clock: Clock, recordingId: string, given: { purpose: string; hours: number }): Promise<{ id: string; token: string; expiresAt: string }> {
  const id = newId();
  const secret = newSecret();
  const expiresAt = new Date(clock.wall() + given.hours * 3_600_000);
  await tx.db
    .insertInto('recording_shares')
    .values({ tenant_id: tx.tenantId, id, recording_id: recordingId, secret_hash: hashOfSecret(secret), expires_at: expiresAt, sealed: tx.vault.seal(place(id), { purpose: given.purpose } satisfies ShareContent) })
    .execute();
  await tx.audit({ code: 'recording.shared', subject: { kind: 'recording', id: recordingId }, detail: { shareId: id, purpose: given.purpose, expiresAt: expiresAt.toISOString() } });
  return { id, token: `${tx.tenantId}_${secret}`, expiresAt: expiresAt.toISOString() };
}

/** Ends a link at once; once more is no fault. @throws AppError `not_found` */
export async function revokeShare(tx: TenantTx, clock: Clock, id: string): Promise<void> {
  const share = await tx.db.selectFrom('recording_shares').select(['recording_id', 'revoked_at']).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!share) throw notFound('link');
  if (share.revoked_at) return;
  await tx.db.updateTable('recording_shares').set({ revoked_at: new Date(clock.wall()) }).where('id', '=', id).execute();
  await tx.audit({ code: 'recording.share_revoked', subject: { kind: 'recording', id: share.recording_id }, detail: { shareId: id } });
}

interface ShareDeps {
  withTenant: WithTenant;
  store: ObjectStore;
  plays: PlayLog;
  clock: Clock;
}

interface Shared {
  tenantId: string;
  shareId: string;
  expiresAt: Date;
  row: RecordingRow;
  key: Buffer;
}

const actorOf = (ip: string): Actor => ({ kind: 'system', id: 'share', ip });

/** Who shows the token of a link that is good; an unknown, ended, revoked or overdue one all look alike. @throws AppError `not_found` */
async function sharedBy(deps: ShareDeps, token: string, ip: string): Promise<Shared> {
  const credential = splitCredential(token);
  if (!credential) throw notFound('recording');
  const { tenantId, secret } = credential;
  const found = await deps.withTenant(tenantId, actorOf(ip), (tx) => goodShare(tx, hashOfSecret(secret), new Date(deps.clock.wall()))).catch(nobody);
  if (!found) throw notFound('recording');
  return { tenantId, ...found };
}

/** An unknown tenant has no links. */
function nobody(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null;
  throw error;
}

async function goodShare(tx: TenantTx, secretHash: Buffer, now: Date): Promise<Omit<Shared, 'tenantId'> | null> {
  const share = await tx.db
    .selectFrom('recording_shares')
    .select(['id', 'recording_id', 'expires_at'])
    .where('secret_hash', '=', secretHash)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  const row = share && (await findRecording(tx, share.recording_id));
  if (!row || !PLAYABLE.has(row.status) || !(await tenantIsActive(tx))) return null;
  return { shareId: share.id, expiresAt: share.expires_at, row, key: recordingKey(tx, row) };
}

/** What somebody with a link may know before playing. @throws AppError `not_found` */
export async function shareInfo(deps: ShareDeps, token: string, ip: string) {
  const { row, expiresAt } = await sharedBy(deps, token, ip);
  return { startedAt: row.created_at.toISOString(), durationMs: row.duration_ms, expiresAt: expiresAt.toISOString() };
}

/** The sound for somebody with a link. Each play is audited with the address it came from. @throws AppError `not_found` */
export async function playShare(deps: ShareDeps, token: string, ip: string, range: string | null): Promise<BinaryAnswer> {
  const { tenantId, shareId, row, key } = await sharedBy(deps, token, ip);
  const sound = await openSound(deps.store, tenantId, row, key);
  if (deps.plays.isNewPlay(`${shareId}/${ip}`, row.id, firstByte(sound, range))) {
    await deps.withTenant(tenantId, actorOf(ip), async (tx) => {
      await logKeyUse(tx, { keyVersion: row.key_version, purpose: 'recording_share', subject: row.id });
      await tx.db.updateTable('recording_shares').set({ plays: sql<number>`plays + 1`, last_played_at: new Date(deps.clock.wall()) }).where('id', '=', shareId).execute();
      await tx.audit({ code: 'recording.share_played', subject: { kind: 'recording', id: row.id }, detail: { shareId } });
    });
    deps.plays.begin(`${shareId}/${ip}`, row.id);
  }
  return soundAnswer(sound, range, { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
}
