import { timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AppendAudit } from '../../db/tenant-transaction.ts';
import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { startRounds } from '../../lib/rounds.ts';
import { chainEnd, eventsAfter } from './audit.queries.ts';

/**
 * Remembers, outside of the database, how far each tenant's chain had come. A chain alone does not show that its end was
 * cut together with its head, or that all of it was written anew; whoever does that in the database cannot reach this file,
 * and cannot sign another one without the master key.
 */
export interface Checkpoint {
  tenantId: string;
  seq: number;
  /** Hash of entry `seq`, base64. */
  hash: string;
  /** When it was taken, ISO 8601. */
  at: string;
}

/** Makes the signature of a text (see MasterKey.sign). */
export type Sign = (text: string) => Buffer;

const fileSchema = z.object({ tenantId: z.string(), seq: z.number().int(), hash: z.string(), at: z.string(), signature: z.string() });

const textOf = ({ tenantId, seq, hash, at }: Checkpoint): string => JSON.stringify(['audit-checkpoint', tenantId, seq, hash, at]);
const pathOf = (folder: string, tenantId: string): string => join(folder, `${tenantId}.json`);

/** The folder of the checkpoints in a data folder. */
export const witnessFolder = (dataDir: string): string => join(dataDir, 'audit-witness');

/**
 * The last checkpoint of a tenant; null when none was taken yet.
 * @throws Error when the file is damaged or was signed with another key
 */
export async function readCheckpoint(folder: string, tenantId: string, sign: Sign): Promise<Checkpoint | null> {
  const text = await readFile(pathOf(folder, tenantId), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const parsed = fileSchema.safeParse(JSON.parse(text));
  const { signature = '', ...checkpoint } = parsed.data ?? { tenantId: '', seq: 0, hash: '', at: '' };
  const expected = sign(textOf(checkpoint));
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || checkpoint.tenantId !== tenantId) {
    throw new Error(`The audit checkpoint ${pathOf(folder, tenantId)} was changed or belongs to another installation.`);
  }
  return checkpoint;
}

async function writeCheckpoint(folder: string, checkpoint: Checkpoint, sign: Sign): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = pathOf(folder, checkpoint.tenantId);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ ...checkpoint, signature: sign(textOf(checkpoint)).toString('base64') })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** After a restore the chain is an older one: the checkpoint of what is gone is kept beside, and a new one is taken. @param now ms since the epoch */
export async function supersedeCheckpoint(folder: string, tenantId: string, now: number): Promise<void> {
  const path = pathOf(folder, tenantId);
  await rename(path, `${path}.before-restore-${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}`).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** Tenants that have a checkpoint. */
const witnessed = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));

/** @throws Error like `readCheckpoint` when one of the checkpoints cannot be believed */
export async function demandCheckpoints(folder: string, sign: Sign): Promise<void> {
  for (const tenantId of await witnessed(folder)) await readCheckpoint(folder, tenantId, sign);
}

/** Signs the checkpoints of all tenants with another key; those that have its signature already stay. @throws Error like `readCheckpoint` */
export async function resignCheckpoints(folder: string, old: Sign, next: Sign): Promise<void> {
  for (const tenantId of await witnessed(folder)) {
    const isNew = await readCheckpoint(folder, tenantId, next).then(
      () => true,
      () => false,
    );
    const checkpoint = isNew ? null : await readCheckpoint(folder, tenantId, old);
    if (checkpoint) await writeCheckpoint(folder, checkpoint, next);
  }
}

const WITNESS: Actor = { kind: 'system', id: 'audit-witness', ip: '' };
const EVERY_MS = 15_000;

export interface WitnessDeps {
  withTenant: WithTenant;
  folder: string;
  sign: Sign;
  clock: Clock;
  logger: Logger;
}

/** Takes checkpoints of the tenants whose chains grow. */
export class AuditWitness {
  readonly #changed = new Set<string>();
  #deps: WitnessDeps | undefined;
  #stop = (): Promise<void> => Promise.resolve();

  /** The appender, with its tenants noted. */
  watch(append: AppendAudit): AppendAudit {
    return async (tx, entries) => {
      await append(tx, entries);
      this.#changed.add(tx.tenantId);
    };
  }

  /** The last checkpoint of a tenant; null when there is none yet. @throws Error like `readCheckpoint` */
  async checkpoint(tenantId: string): Promise<Checkpoint | null> {
    return this.#deps ? readCheckpoint(this.#deps.folder, tenantId, this.#deps.sign) : null;
  }

  start(deps: WitnessDeps): void {
    this.#deps = deps;
    const onError = (error: unknown): void => deps.logger.warn({ error: messageOf(error) }, 'no audit checkpoints could be taken');
    this.#stop = startRounds({ clock: deps.clock, everyMs: EVERY_MS, round: () => this.takeAll(), onError });
  }

  /** Takes the last checkpoints. */
  async stop(): Promise<void> {
    await this.#stop();
    await this.takeAll();
  }

  /** Takes a checkpoint of every chain that grew since the last time. */
  async takeAll(): Promise<void> {
    const deps = this.#deps;
    if (!deps) return;
    const tenants = [...this.#changed];
    this.#changed.clear();
    for (const tenantId of tenants) {
      try {
        await takeCheckpoint(deps, tenantId);
      } catch (error) {
        this.#changed.add(tenantId);
        deps.logger.warn({ tenantId, error: messageOf(error) }, 'no audit checkpoint could be taken');
      }
    }
  }
}

/** A new checkpoint is taken only of a chain that still holds the one before: else somebody rewrote it, and the old one is the proof. */
async function takeCheckpoint(deps: WitnessDeps, tenantId: string): Promise<void> {
  const previous = await readCheckpoint(deps.folder, tenantId, deps.sign);
  const { head, kept } = await deps.withTenant(tenantId, WITNESS, async (tx) => {
    const [event] = previous && previous.seq > 0 ? await eventsAfter(tx, previous.seq - 1, 1) : [];
    return { head: (await chainEnd(tx)).head, kept: !previous || previous.seq === 0 || event?.hash.toString('base64') === previous.hash };
  });
  if (!kept || !head || (previous && head.seq < previous.seq)) {
    deps.logger.error({ tenantId, checkpoint: previous?.seq, head: head?.seq }, 'the audit chain does not hold its last checkpoint any more: it was cut or rewritten');
    return;
  }
  const checkpoint = { tenantId, seq: head.seq, hash: head.hash.toString('base64'), at: new Date(deps.clock.wall()).toISOString() };
  await writeCheckpoint(deps.folder, checkpoint, deps.sign);
}
