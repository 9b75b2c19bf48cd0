import { setTimeout as sleep } from 'node:timers/promises';
import type { SccDatabase } from '../db/database.ts';
import { openAsOwner } from '../db/open.ts';
import { systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/logger.ts';
import { scrubDatabase } from '../db/scrub.ts';
import { forgetKeys } from '../modules/backup/backup-set.ts';
import { PointsServer } from '../modules/points/points-server.ts';
import { renewPoints } from '../modules/points/renew-points.ts';
import { destroyKeys, exportKeys, importKeys, recordImport, retireKeys, type Destruction } from '../modules/keys/ceremonies.ts';
import { continueRotation, latestRotation, startRotation } from '../modules/keys/rotation.service.ts';
import { confirmOperator } from '../modules/operator/operator-confirm.service.ts';
import { MASTER_BUNDLE } from '../vault/key-bundle.ts';
import { openMasterKey } from '../vault/open-master-key.ts';
import { askSecret, doneAsking } from './ask.ts';
import { loadConfig } from './environment.ts';
import { askProtection, readBundle, writeBundle } from './key-files.ts';
import { print } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

const PAUSE_MS = 500;

/** Works on the rotation beside the running product, telling how far it is; whichever of the two is at it, it goes on. */
async function followRotation(database: SccDatabase, tenantId: string): Promise<void> {
  let told = '';
  for (;;) {
    const step = await continueRotation(database, tenantId);
    const row = await database.withTenant(tenantId, cliActor, latestRotation);
    const line = row ? `${row.state}: ${row.sealed_rows} of ${row.total_rows}` : '';
    if (line !== told && (step !== 'working' || Number(row?.sealed_rows ?? 0) % 10_000 < 200)) print((told = line));
    if (!row || row.state === 'done') return;
    if (step !== 'working') await sleep(PAUSE_MS);
  }
}

/** `scc keys rotate --tenant T`: a new version of the key; everything is sealed anew while people work. Interrupted, it goes on where it was. */
export async function rotateKeyCommand(slug: string, isDetached: boolean): Promise<void> {
  await withDatabase(async (database, around) => {
    const tenantId = await tenantIdOf(database, slug);
    const running = await database.withTenant(tenantId, cliActor, latestRotation);
    if (running && running.state !== 'done') print(`going on with the rotation to version ${running.to_version}`);
    else print(`version ${await startRotation(database, tenantId, cliActor)} of the key of ${slug}`);
    if (isDetached) return print('the running product does the rest: npm run scc -- keys list');
    await followRotation(database, tenantId);
    const retired = await retireKeys({ ...around, database }, tenantId, cliActor);
    if (retired.length > 0) print(`retired: version ${retired.join(', ')}`);
  });
}

/** `scc keys retire --tenant T`: deletes versions that nothing refers to. */
export async function retireKeysCommand(slug: string): Promise<void> {
  const retired = await withDatabase(async (database, around) => retireKeys({ ...around, database }, await tenantIdOf(database, slug), cliActor));
  print(retired.length > 0 ? `retired: version ${retired.join(', ')}` : 'every old version is still referred to (npm run scc -- keys list)');
}

/** `scc keys export --tenant T --out FILE`: all versions, under a passphrase or in pieces that open only together. */
export async function exportKeysCommand(slug: string, out: string, pieces: number | undefined): Promise<void> {
  const protection = await askProtection(pieces);
  const bundle = await withDatabase(async (database, around) => exportKeys({ ...around, database }, await tenantIdOf(database, slug), cliActor, protection.how));
  for (const line of await writeBundle(bundle, out, protection)) print(line);
  print(`${bundle.keys.length} version(s) of the key of ${slug}`);
}

/** `scc keys import FILE ...`: puts exported keys back, under the master key that is there (made when it is missing). */
export async function importKeysCommand(files: readonly string[]): Promise<void> {
  const bundle = await readBundle(files);
  if (bundle.tenantId === MASTER_BUNDLE) throw new Error('This is a copy of the master key: npm run scc -- keys import-master');
  const config = loadConfig();
  const owned = await openAsOwner({ config, logger: createLogger('error', 'scc'), attach: true });
  try {
    const versions = await importKeys({ owner: owned.owner, master: await openMasterKey(config, { create: true }) }, bundle);
    print(`${bundle.slug}: version ${versions.join(', ')} under ${config.masterKeyFile}`);
    await withDatabase((database) => recordImport({ database }, bundle.tenantId, cliActor, versions), { anyKeys: true });
  } finally {
    await owned.close();
  }
}

export async function askProof(loginId: string): Promise<{ password: string; code: string }> {
  return { password: await askSecret(`Password of ${loginId}`), code: await askSecret(`Code of ${loginId} (authenticator app, or a recovery code)`) };
}

/** `scc keys destroy --tenant T`: two admins among the operators say so with passwords and codes. @throws Error when the tenant's code is not repeated */
export async function destroyKeysCommand(slug: string, confirm: string, destruction: Destruction): Promise<void> {
  if (confirm !== slug) throw new Error(`Repeat the tenant's code: --confirm ${slug}`);
  const { requestedBy, approvedBy } = destruction;
  const first = await askProof(requestedBy);
  const second = await askProof(approvedBy);
  doneAsking();
  const versions = await withDatabase(async (database, around) => {
    const tenantId = await tenantIdOf(database, slug);
    const deps = { database, clock: systemClock, master: around.master };
    await confirmOperator(deps, requestedBy, first);
    await confirmOperator(deps, approvedBy, second);
    const destroyed = await destroyKeys({ ...around, database }, tenantId, cliActor, destruction);
    await forgetKeys(around.config.backupDir, tenantId);
    // Copies of the whole cluster hold the wrapped keys, and a new one is taken of files that do not.
    await scrubDatabase(around.owner, around.superuser, ['tenant_keys']);
    const server = new PointsServer(around.superuser ?? around.owner);
    await renewPoints({ server, master: around.master, folder: around.config.backupDir, clock: systemClock }, around.config.pointsDays !== null);
    return destroyed;
  });
  print(`destroyed: version ${versions.join(', ')} of the key of ${slug}. Nothing of this tenant opens any more.`);
  print('Copies of the wrapped keys in older files of the database open nowhere after: npm run scc -- keys rotate-master, then --forget.');
}
