/** Looks at a recording from behind: its sealed file, its wrapped key, and what the keys open. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, type SccDatabase } from '../../src/db/database.ts';
import { startEmbedded } from '../../src/db/embedded/embedded.ts';
import { appConnection, APP_ROLE } from '../../src/db/prepare.ts';
import type { Actor } from '../../src/db/types.ts';
import { readConfig } from '../../src/lib/config.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { openMasterKey } from '../../src/vault/open-master-key.ts';
import type { Product } from './product.ts';

const INSPECTOR: Actor = { kind: 'system', id: 'test', ip: '' };

/** A second process's view of a running product's database, with the product's keys. */
export async function openDatabaseOf(product: Product): Promise<SccDatabase> {
  const config = readConfig({ ...product.environment });
  const server = await startEmbedded({ dataDir: config.dataDir, logger: silentLogger, attach: true, attachOnly: true });
  const master = await openMasterKey(config);
  const connection = appConnection({ ...server.owner }, master.databasePassword(APP_ROLE));
  return createDatabase({ connection, master, appendAudit: () => Promise.resolve(), logger: silentLogger, poolSize: 2 });
}

/** A recording as it lies on the disk, and the key that opens it. */
export interface SealedFile {
  bytes: Buffer;
  key: Buffer;
  tenantId: string;
  recordingId: string;
}

/** Reads the sealed file of a recording of the demo tenant. */
export async function sealedFileOf(product: Product, recordingId: string): Promise<SealedFile> {
  const database = await openDatabaseOf(product);
  try {
    const tenant = await database.directory.tenantBySlug('demo');
    if (!tenant) throw new Error('no demo tenant');
    const { path, key } = await database.withTenant(tenant.id, INSPECTOR, async (tx) => {
      const row = await tx.db
        .selectFrom('recordings')
        .select(['object_path', 'wrapped_key', 'key_version'])
        .where('id', '=', recordingId)
        .executeTakeFirstOrThrow();
      return { path: row.object_path, key: tx.vault.unwrapObjectKey(recordingId, row.wrapped_key, row.key_version) };
    });
    const { storeDir } = readConfig({ ...product.environment });
    return { bytes: await readFile(join(storeDir, path)), key, tenantId: tenant.id, recordingId };
  } finally {
    await database.close();
  }
}

/** Shannon entropy of bytes, bits a byte: 8 for noise, near 5 for mu-law speech. */
export function entropy(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}

/**
 * Whether a second of a mu-law tone can be found, any phase of it: as it is sent, or as one of two interleaved channels.
 * @param tone at least one period
 */
export function findsTone(bytes: Buffer, tone: Buffer): boolean {
  const periods = Buffer.concat([tone, tone]);
  for (let stride = 1; stride <= 2; stride++) {
    for (let first = 0; first < stride; first++) {
      const channel = Buffer.from(bytes.filter((_, index) => index % stride === first));
      // Twelve bytes by chance: 2^-96. Any phase of the tone passes through its first period.
      if (channel.includes(periods.subarray(0, 12)) || channel.includes(periods.subarray(20, 32))) return true;
    }
  }
  return false;
}

/** Two channels of a 16-bit PCM WAV. */
export interface StereoWav {
  rate: number;
  left: Int16Array;
  right: Int16Array;
}

/** Reads a WAV as strictly as players do. @throws Error when it is not 16-bit two-channel PCM */
export function readStereoWav(bytes: Buffer): StereoWav {
  const text = (at: number): string => bytes.toString('latin1', at, at + 4);
  const fields = [bytes.readUInt16LE(20), bytes.readUInt16LE(22), bytes.readUInt16LE(34)];
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE' || text(36) !== 'data' || fields.join() !== '1,2,16') throw new Error(`not the WAV: ${fields.join()}`);
  const length = bytes.readUInt32LE(40);
  if (length !== bytes.length - 44) throw new Error(`WAV says ${length} bytes, has ${bytes.length - 44}`);
  const [left, right] = [new Int16Array(length / 4), new Int16Array(length / 4)];
  for (let frame = 0; frame < left.length; frame++) {
    left[frame] = bytes.readInt16LE(44 + frame * 4);
    right[frame] = bytes.readInt16LE(46 + frame * 4);
  }
  return { rate: bytes.readUInt32LE(24), left, right };
}
