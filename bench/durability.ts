/**
 * Whether anything that was acknowledged is lost when parts of the product are killed again and again under writes. Writers make
 * customers by HTTP and note each id after the answer; one after the other is killed (kill -9, at a random moment 50 to 350 ms after
 * writing goes on):
 *
 * database  the embedded server with all its processes: core starts it again
 * tree      core, its media processes and the database together; then a new start
 * core      core alone; then a new start
 *
 * At the end each acknowledged customer must be there, each with one audit entry, and the audit chain whole. `control` is the
 * same with a database that acknowledges before it has written: it must lose some, or the harness could see no loss.
 *
 *   npm run bench -- durability --json [--kills 60] [--targets database,tree,core] [--writers 4] [--control 5]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type pg from 'pg';
import { openAsOwner } from '../src/db/open.ts';
import { asOwner } from '../src/db/prepare.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { seededRandom, type Random } from '../src/simulate/random.ts';
import { killHard, processTree, startProduct, type Product } from '../test/support/product.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { waitFor } from '../test/support/story-wait.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
/** Writers log in once each; csr1 to csr10 are the demo's. */
const MOST_WRITERS = 10;
/** Above the pace that a session is allowed; whoever is faster waits, ms. */
const PACE_MS = 55;
/** Acknowledged by each writer after a kill before the next may come: writing really went on. */
const BETWEEN = 2;

type Target = 'database' | 'tree' | 'core';
const TARGETS: readonly Target[] = ['database', 'tree', 'core'];

interface Scene {
  product: Product;
  acknowledged: Set<string>;
  writers: { session: ApiSession; written: number }[];
  /** Requests that got no answer or another one: nothing is promised of these. */
  unanswered: number;
  isOver: boolean;
}

async function write(scene: Scene, writer: Scene['writers'][number], name: string): Promise<void> {
  while (!scene.isOver) {
    const pause = sleep(PACE_MS);
    try {
      const familyName = `${name}-${writer.written}`;
      const { status, body } = await writer.session.send<{ id: string }>('POST', '/customers', { familyName });
      if (status === 200 || status === 201) {
        scene.acknowledged.add(body.id);
        writer.written += 1;
      } else scene.unanswered += 1;
    } catch {
      // Killed in the middle: whether it was written is not known, and nobody was told.
      scene.unanswered += 1;
    }
    await pause;
  }
}

/** Stops the postmaster first: an orphan would hold the shared memory, and the next start would be refused. */
function killDatabase(dataDir: string): void {
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(postmaster, 'SIGSTOP');
  for (const pid of processTree(postmaster).toReversed()) killHard(pid);
}

async function kill(scene: Scene, target: Target): Promise<void> {
  const { product } = scene;
  if (target === 'database') return killDatabase(product.dataDir);
  if (target === 'tree') {
    killDatabase(product.dataDir);
    await product.killTree();
  } else await product.killCore();
  scene.product = await startProduct({ dataDir: product.dataDir, environment: product.environment });
}

/** @returns ms until every writer was acknowledged again */
async function killOnce(scene: Scene, target: Target, random: Random): Promise<number> {
  await sleep(50 + random.next() * 300);
  const began = performance.now();
  await kill(scene, target);
  const before = scene.writers.map(({ written }) => written);
  await waitFor(`writes after a kill of ${target}`, () => scene.writers.every(({ written }, index) => written >= (before[index] ?? 0) + BETWEEN), 90_000);
  return performance.now() - began;
}

/** Works on the product's database as its owner. */
async function asDatabaseOwner<T>({ dataDir }: Product, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const owned = await openAsOwner({ config: { dataDir, databaseUrl: undefined, masterKeyFile: join(dataDir, 'master.key') }, logger: silentLogger, attach: true });
  try {
    return await asOwner(owned.owner, work);
  } finally {
    await owned.close();
  }
}

/** What the database has of all that was acknowledged. */
async function count({ product, acknowledged }: Scene): Promise<{ lost: number; withoutOneAuditEntry: number }> {
  const { customers, audited } = await asDatabaseOwner(product, async (client) => {
    // The owner of the schema is bound by row security like everybody.
    await client.query("select set_config('app.tenant_id', (select id::text from tenants where slug = 'demo'), false)");
    const found = await client.query<{ id: string }>('select id from customers');
    const entries = await client.query<{ id: string }>("select subject_id as id from audit_events where code = 'customer.created'");
    return { customers: found.rows, audited: entries.rows };
  });
  const present = new Set(customers.map(({ id }) => id));
  const ids = [...acknowledged];
  const entriesOf = new Map<string, number>();
  for (const { id } of audited) entriesOf.set(id, (entriesOf.get(id) ?? 0) + 1);
  return {
    lost: ids.filter((id) => !present.has(id)).length,
    withoutOneAuditEntry: ids.filter((id) => present.has(id) && entriesOf.get(id) !== 1).length,
  };
}

async function isChainWhole({ product }: Scene): Promise<boolean> {
  const env = { ...process.env, ...product.environment };
  return await promisify(execFile)(process.execPath, ['--no-warnings', MAIN, 'verify-audit', '--tenant', 'demo'], { env }).then(
    () => true,
    () => false,
  );
}

/** Answers before the disk has it, for sessions that begin from now on. */
const acknowledgeEarly = (product: Product): Promise<unknown> => asDatabaseOwner(product, (client) => client.query('alter database scc set synchronous_commit = off'));

async function open(writers: number): Promise<Scene> {
  const product = await startProduct({ dataDir: mkdtempSync(join(tmpdir(), 'scc-durability-')) });
  const sessions = await Promise.all(Array.from({ length: Math.min(writers, MOST_WRITERS) }, (_, index) => ApiSession.open(product, `csr${index + 1}`)));
  return { product, acknowledged: new Set(), writers: sessions.map((session) => ({ session, written: 0 })), unanswered: 0, isOver: false };
}

/** What became of a number of kills. */
interface Series {
  kills: number;
  acknowledged: number;
  unanswered: number;
  lost: number;
  withoutOneAuditEntry: number;
  chainWhole: boolean;
  backMs: Record<Target, number | null>;
}

async function series(writers: number, kills: number, targets: readonly Target[], prepare?: (scene: Scene) => Promise<void>): Promise<Series> {
  const scene = await open(writers);
  const random = seededRandom(11);
  const took: Record<Target, number[]> = { database: [], tree: [], core: [] };
  try {
    await prepare?.(scene);
    const writing = scene.writers.map((writer, index) => write(scene, writer, `W${index}`));
    for (let n = 0; n < kills; n += 1) {
      const target = targets[n % targets.length] ?? 'tree';
      took[target].push(await killOnce(scene, target, random));
    }
    scene.isOver = true;
    await Promise.all(writing);
    const median = (values: number[]): number | null => (values.length > 0 ? Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0) : null);
    return {
      kills,
      acknowledged: scene.acknowledged.size,
      unanswered: scene.unanswered,
      ...(await count(scene)),
      chainWhole: await isChainWhole(scene),
      backMs: { database: median(took.database), tree: median(took.tree), core: median(took.core) },
    };
  } finally {
    scene.isOver = true;
    await scene.product.stop();
    rmSync(scene.product.dataDir, { recursive: true, force: true });
  }
}

/** For `test/e2e/kill.test.ts`, too. */
export async function run(args: Record<string, string>): Promise<{ kept: Series; control?: Series }> {
  const number = (name: string, usual: number): number => (args[name] === undefined ? usual : Number(args[name]));
  const writers = number('writers', 4);
  const targets = TARGETS.filter((target) => args['targets'] === undefined || args['targets'].split(',').includes(target));
  const kept = await series(writers, number('kills', 60), targets);
  const control = number('control', 5);
  if (control === 0) return { kept };
  const early = await series(writers, control, ['tree'], async (scene) => {
    await acknowledgeEarly(scene.product);
    await kill(scene, 'tree');
  });
  return { kept, control: early };
}
