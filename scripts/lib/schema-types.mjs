/**
 * Makes src/db/schema.generated.ts from the migrations: starts a throw-away database, migrates it, reads its catalog.
 * Without --write it only compares, and fails when they differ.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/db/embedded/embedded.ts';
import { prepareDatabase } from '../../src/db/prepare.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { MasterKey } from '../../src/vault/master-key.ts';
import { root, runOnNode24 } from './run.mjs';

const TARGET = join(root, 'src/db/schema.generated.ts');
const scratch = mkdtempSync(join(tmpdir(), 'scc-schema-'));
const server = await startEmbedded({ dataDir: scratch, logger: silentLogger });
try {
  await prepareDatabase(server.owner, MasterKey.random());
  const { host, port, user, password, database } = server.owner;
  const url = `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
  const made = join(scratch, 'schema.ts');
  await runOnNode24('node_modules/kysely-codegen/dist/cli/bin.js', ['--dialect', 'postgres', '--url', url, '--out-file', made], { quiet: true });
  const text = readFileSync(made, 'utf8');
  if (process.argv.includes('--write')) writeFileSync(TARGET, text);
  else if (text !== readFileSync(TARGET, 'utf8')) {
    console.error('src/db/schema.generated.ts differs from the migrations: run npm run check -- --write');
    process.exitCode = 1;
  }
} finally {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
