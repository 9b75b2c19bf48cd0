import type pg from 'pg';
import { asOwner } from '../../db/prepare.ts';
import { newId } from '../../lib/ids.ts';
import { messageOf } from '../../lib/errors.ts';
import type { BackupResult } from './backup.service.ts';
import type { RestoreResult } from './restore.service.ts';
import type { VerifyResult } from './backup-verify.ts';

/** What is told of a backup in the operator's events. */
export type BackupOutcome = { actor: string } & (
  | { code: 'backup_made'; result: BackupResult }
  | { code: 'backup_failed'; error: unknown }
  | { code: 'backup_verified'; result: VerifyResult }
  | { code: 'backup_restored'; result: RestoreResult }
);

function detailOf(outcome: BackupOutcome): Record<string, string> {
  switch (outcome.code) {
    case 'backup_made': {
      const { id, tenants, rows, bytes, objects, objectsCopied, missing, ms } = outcome.result;
      return { id, tenants: String(tenants), rows: String(rows), bytes: String(bytes), objects: String(objects), objectsCopied: String(objectsCopied), missing: String(missing), ms: String(ms) };
    }
    case 'backup_failed':
      return { reason: messageOf(outcome.error) };
    case 'backup_verified': {
      const { id, good, rows, objects, opened, ms, faults } = outcome.result;
      return { id, good: String(good), rows: String(rows), objects: String(objects), opened: String(opened), ms: String(ms), ...(faults[0] === undefined ? {} : { reason: faults[0] }) };
    }
    case 'backup_restored': {
      const { id, at, tenants, rows, objects } = outcome.result;
      return { id, of: at, tenant: tenants.join(', '), rows: String(rows), objects: String(objects) };
    }
  }
}

/** Writes it into the operator's events. */
export async function recordBackup(owner: pg.ClientConfig, outcome: BackupOutcome): Promise<void> {
  await asOwner(owner, (client) =>
    client.query('insert into operator_events (id, at, code, actor, ip, detail) values ($1, now(), $2, $3, $4, $5)', [newId(), outcome.code, outcome.actor, '', JSON.stringify(detailOf(outcome))]),
  );
}
