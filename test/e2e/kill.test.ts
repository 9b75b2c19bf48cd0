/** kill -9 of everything during writes: what was acknowledged is there afterwards, and the audit chain is whole. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { run as killAgainAndAgain } from '../../bench/durability.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

const ROUNDS = 4;
const WRITERS = 6;
/** Of the database alone; with the rounds of everything sixty in all. */
const DATABASE_KILLS = 56;

interface Written {
  id: string;
  note: string;
}

/** Everything that was answered with 2xx, in all rounds. */
const acknowledged = new Map<string, Written>();
/** Written, but killed before the answer: may be there or not. */
let unanswered = 0;

let product: Product | undefined;
afterAll(async () => {
  await product?.stop();
  if (product) await rm(product.dataDir, { recursive: true, force: true });
});

/** Creates customers, and changes each once, until the product is gone. */
async function writeUntilKilled(session: ApiSession, round: number, writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      const note = `round ${round} writer ${writer} number ${n}`;
      const created = await session.send<{ id: string }>('POST', '/customers', { familyName: '試験', givenName: `${round}-${writer}-${n}`, note });
      if (created.status >= 500 || created.status === 429) continue;
      expect(created.status).toBe(200);
      const { id } = created.body;
      acknowledged.set(id, { id, note });
      const changed = await session.send('PATCH', `/customers/${id}`, { note: `${note}, changed` });
      if (changed.status === 200) acknowledged.set(id, { id, note: `${note}, changed` });
    } catch (error) {
      // The connection broke: the kill. An assertion is a real failure.
      if (error instanceof Error && error.name === 'AssertionError') throw error;
      unanswered++;
      return;
    }
  }
}

async function verifyAudit(running: Product): Promise<{ code: number; output: string }> {
  const args = [join(root, 'src/main.ts'), 'verify-audit', '--tenant', 'demo'];
  try {
    const { stdout } = await run(process.execPath, args, { cwd: root, env: { ...process.env, ...running.environment } });
    return { code: 0, output: stdout };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, output: failed.stdout + failed.stderr };
  }
}

async function checkEverything(running: Product): Promise<void> {
  const session = await ApiSession.open(running, 'sv1');
  const seen = new Map<string, string>();
  for (const customer of await session.list<Written>('/customers?limit=200')) seen.set(customer.id, customer.note);
  const lost = [...acknowledged.values()].filter(({ id }) => !seen.has(id));
  expect(lost).toEqual([]);
  for (const { id, note } of acknowledged.values()) {
    // The change that was killed may have been committed without its answer.
    expect([note, `${note}, changed`]).toContain(seen.get(id));
  }
  const audited = new Set<string>();
  for (const entry of await session.list<{ subjectId: string }>('/audit?code=customer.created&limit=200')) audited.add(entry.subjectId);
  expect([...acknowledged.keys()].filter((id) => !audited.has(id))).toEqual([]);
  expect(await session.get('/audit/verify')).toMatchObject({ whole: true });
}

it(`loses nothing acknowledged in ${ROUNDS} kills of the whole tree`, async () => {
  product = await startProduct({ first: true, environment: { SCC_MEDIA_PROCESSES: '2' } });
  for (let round = 1; round <= ROUNDS; round++) {
    const session = await ApiSession.open(product, 'sv1');
    const before = acknowledged.size;
    const writers = Array.from({ length: WRITERS }, (_, writer) => writeUntilKilled(session, round, writer));
    await sleep(300 + round * 250);
    await product.killTree();
    await Promise.all(writers);
    expect(acknowledged.size - before).toBeGreaterThan(5);

    const { dataDir, environment } = product;
    const from = performance.now();
    product = await startProduct({ dataDir, environment });
    expect(performance.now() - from).toBeLessThan(20_000);
    await checkEverything(product);
    expect(await verifyAudit(product)).toMatchObject({ code: 0, output: expect.stringMatching(/whole\s+yes/) });
  }
  expect(unanswered).toBeGreaterThan(0);
});

it('verifies the audit chain of a stopped product too', async () => {
  if (!product) throw new Error('no product');
  await product.stop({ keepData: true });
  expect(await verifyAudit(product)).toMatchObject({ code: 0, output: expect.stringMatching(/entries\s+\d{3,}/) });
});

it(`loses nothing acknowledged in ${DATABASE_KILLS} kills of the database under the running product`, { timeout: 400_000 }, async () => {
  const { kept } = await killAgainAndAgain({ kills: String(DATABASE_KILLS), targets: 'database', control: '0' });
  expect(kept).toMatchObject({ kills: DATABASE_KILLS, lost: 0, withoutOneAuditEntry: 0, chainWhole: true });
  // Every writer was heard again after each kill, and killed in the middle of it.
  expect(kept.acknowledged).toBeGreaterThanOrEqual(DATABASE_KILLS * 8);
  expect(kept.unanswered).toBeGreaterThan(0);
});
