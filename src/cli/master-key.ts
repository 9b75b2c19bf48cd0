import { forgetOldMaster, rotateMaster } from '../db/master-rotation.ts';
import { aloneWithMaster } from '../db/master-lock.ts';
import { openAsOwner } from '../db/open.ts';
import { systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/logger.ts';
import { demandCheckpoints, resignCheckpoints, witnessFolder } from '../modules/audit/audit-witness.ts';
import { demandBackups, rewrapBackups } from '../modules/backup/backup-set.ts';
import { demandMasterFits, latestMasterUses, masterKeyUses, recordMasterCeremony } from '../modules/keys/master-key.service.ts';
import { removeAllLines } from '../modules/points/lines.ts';
import { MASTER_BUNDLE } from '../vault/key-bundle.ts';
import { readMasterKeyFile } from '../vault/master-key-file.ts';
import { MasterKey } from '../vault/master-key.ts';
import { moveToFile, moveToService, putMasterKey } from '../vault/move-master-key.ts';
import { masterKeyWay, openMasterBytes } from '../vault/open-master-key.ts';
import { loadConfig } from './environment.ts';
import { askProtection, readBundle, writeBundle } from './key-files.ts';
import { print, table } from './output.ts';
import { cliActor, withDatabase } from './with-database.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;
const now = (): Date => new Date(systemClock.wall());
const MAKE_COPY = 'make a safe copy now: npm run scc -- keys export-master';

/** `scc keys master`: where the master key is, and what it was used for. */
export async function masterKeyCommand(limit: number): Promise<void> {
  await withDatabase(async (database, { config }) => {
    const content = readMasterKeyFile(config.masterKeyFile);
    print(`master key  ${config.masterKeyFile}${content.kind === 'plain' ? ', as it is' : ''}`);
    if (content.kind === 'wrapped') {
      print(`wrapped     under ${content.wrapped.keyId}`);
      print(`context     ${JSON.stringify(content.context)}`);
    }
    const { uses, latest } = await database.withDirectory(async (db) => ({
      uses: await masterKeyUses(db, new Date(systemClock.wall() - DAYS * DAY_MS)),
      latest: await latestMasterUses(db, limit),
    }));
    const counts = uses.counts.map(({ purpose, count, failed }) => `${purpose} ${count}${failed > 0 ? ` (${failed} failed)` : ''}`);
    print(`uses        ${counts.join(', ')} in ${DAYS} days`);
    print(`safe copy   ${uses.copiedAt ?? `none of this key is known; ${MAKE_COPY}`}`);
    const rows = latest.map((row) => [row.at.toISOString(), row.actor, row.purpose, row.way, row.outcome, row.key_id, row.subject]);
    for (const line of table([['AT', 'ACTOR', 'PURPOSE', 'WAY', 'OUTCOME', 'KEY', 'SUBJECT'], ...rows])) print(line);
  });
}

/** `scc keys rotate-master`: a new master key; the product must be stopped. */
export async function rotateMasterCommand(forget: string | undefined): Promise<void> {
  if (forget !== undefined) {
    await forgetOldMaster(forget);
    return print(`removed ${forget}`);
  }
  const config = loadConfig();
  const owned = await openAsOwner({ config, logger: createLogger('error', 'scc') });
  try {
    const folder = witnessFolder(config.dataDir);
    const done = await rotateMaster(owned.owner, config, now(), {
      async check(old) {
        await demandCheckpoints(folder, (text) => old.sign(text));
        await demandBackups(config.backupDir, old);
      },
      async change({ old, next }) {
        await resignCheckpoints(folder, (text) => old.sign(text), (text) => next.sign(text));
        await rewrapBackups(config.backupDir, old, next);
        // What is inside of copies of the whole cluster cannot be put under the new key; the next start begins anew.
        await removeAllLines(config.backupDir);
      },
    });
    print(`tenant keys  ${done.wrapped + done.found} under the new master key`);
    print(`master key   ${config.masterKeyFile}: ${MAKE_COPY}`);
    print(`old key      ${done.oldFile}: no longer needed here; copies of backups elsewhere need it until they are made anew. Remove it with --forget`);
  } finally {
    await owned.close();
  }
}

/** `scc keys to-kms`: under the key that SCC_KMS_KEY_ID names, from a file or from another key. Beside the running product too; run again after an interruption. */
export async function toKmsCommand(): Promise<void> {
  await withDatabase((_database, { config, owner }) =>
    aloneWithMaster(owner, async () => {
      const { done, keyId, shredded } = await moveToService(config);
      if (done !== 'nothing') {
        const purpose = done === 'wrapped' ? 'wrap' : 'rewrap';
        await recordMasterCeremony(owner, { code: 'master_key_moved', purpose, actor: cliActor.id, way: 'kms', keyId, detail: { to: keyId } });
      }
      print(`master key  ${config.masterKeyFile}: ${done === 'nothing' ? 'already' : 'now'} under ${keyId}`);
      if (shredded) print('old file    overwritten and removed. Snapshots and copies of the disk may still hold the key: keys rotate-master makes it worthless');
      print(`safe copy   whoever loses that key of the service loses everything; ${MAKE_COPY}`);
    }),
  );
}

/** `scc keys from-kms`: back into a file; a service is no longer needed. */
export async function fromKmsCommand(): Promise<void> {
  await withDatabase((_database, { config, owner }) =>
    aloneWithMaster(owner, async () => {
      const { keyId } = masterKeyWay(config);
      if (await moveToFile(config)) {
        await recordMasterCeremony(owner, { code: 'master_key_moved', purpose: 'unwrap', actor: cliActor.id, way: 'kms', keyId, detail: { from: keyId, to: 'file' } });
      }
      print(`master key  ${config.masterKeyFile}, as it is: keep a copy apart from the data`);
      if (config.kms) print('next        unset SCC_KMS_KEY_ID: the product does not start with a key on the disk while it is set');
    }),
  );
}

/** `scc keys export-master --out FILE`: the master key for the safe, under a passphrase or in pieces. */
export async function exportMasterCommand(out: string, pieces: number | undefined): Promise<void> {
  const protection = await askProtection(pieces);
  await withDatabase(async (_database, { config, owner }) => {
    const key = await openMasterBytes(config);
    const lines = await writeBundle({ tenantId: MASTER_BUNDLE, slug: 'master key', keys: [{ version: 1, key }] }, out, protection);
    key.fill(0);
    await recordMasterCeremony(owner, { code: 'master_key_exported', purpose: 'export', actor: cliActor.id, ...masterKeyWay(config), detail: { how: protection.how } });
    for (const line of lines) print(line);
  });
}

/** `scc keys import-master FILE ...`: puts the master key back, wrapped where SCC_KMS_KEY_ID is set. @throws AppError `invalid` when it does not open this database */
export async function importMasterCommand(files: readonly string[]): Promise<void> {
  const bundle = await readBundle(files);
  const key = bundle.keys[0]?.key;
  if (bundle.tenantId !== MASTER_BUNDLE || !key) throw new Error("These are a tenant's keys: npm run scc -- keys import");
  const config = loadConfig();
  const owned = await openAsOwner({ config, logger: createLogger('error', 'scc'), attach: true });
  try {
    await aloneWithMaster(owned.owner, async () => {
      await demandMasterFits(owned.owner, new MasterKey(key));
      const old = await putMasterKey(config, key, now());
      key.fill(0);
      const where = masterKeyWay(config);
      await recordMasterCeremony(owned.owner, { code: 'master_key_imported', purpose: 'import', actor: cliActor.id, ...where, detail: { to: where.keyId || 'file' } });
      print(`master key  ${config.masterKeyFile}${where.keyId === '' ? ', as it is' : ` under ${where.keyId}`}`);
      if (old !== null) print(`old file    ${old}`);
    });
  } finally {
    await owned.close();
  }
}
