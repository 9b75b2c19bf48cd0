import { createHash, randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { z } from 'zod';
import { invalid } from '../lib/errors.ts';
import { associatedData, EnvelopeError, openBytes, sealBytes } from './envelope.ts';

/** Stands in the place of the tenant where the bundle holds the master key, which is of none (the nil UUID, RFC 9562 section 5.9). */
export const MASTER_BUNDLE = '00000000-0000-0000-0000-000000000000';

/** A tenant's keys, or the master key, outside of the product: for the safe, and for a new installation after the master key was lost. */
export interface KeyBundle {
  /** Or MASTER_BUNDLE. */
  tenantId: string;
  slug: string;
  keys: { version: number; key: Buffer }[];
}

const FORMAT = 'scc-tenant-keys/1';
/** Argon2id, the library's default (RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes). */
const KDF = { memoryKib: 65_536, passes: 3, lanes: 4 } as const;
const KEY_BYTES = 32;
export const MAX_PIECES = 9;

const bundleSchema = z.object({ tenantId: z.uuid(), slug: z.string(), keys: z.array(z.object({ version: z.int(), key: z.base64() })).min(1) });
const base = { format: z.literal(FORMAT), tenantId: z.uuid(), sealed: z.base64() } as const;
const passphraseFile = z.strictObject({
  ...base,
  argon2id: z.object({ memoryKib: z.int().min(8).max(1_048_576), passes: z.int().min(1).max(20), lanes: z.int().min(1).max(16), salt: z.base64() }),
});
const pieceFile = z.strictObject({ ...base, piece: z.object({ number: z.int(), of: z.int().min(2).max(MAX_PIECES), share: z.base64() }) });

const bound = (tenantId: string): Buffer => associatedData('tenant-key-bundle', tenantId);

const plainOf = ({ tenantId, slug, keys }: KeyBundle): Buffer =>
  Buffer.from(JSON.stringify({ tenantId, slug, keys: keys.map(({ version, key }) => ({ version, key: key.toString('base64') })) }));

const sealWith = (key: Buffer, bundle: KeyBundle): { format: string; tenantId: string; sealed: string } => ({
  format: FORMAT,
  tenantId: bundle.tenantId,
  sealed: sealBytes(key, 0, bound(bundle.tenantId), plainOf(bundle)).toString('base64'),
});

function openWith(key: Buffer, file: { tenantId: string; sealed: string }, wrong: string): KeyBundle {
  try {
    const plain = openBytes(key, bound(file.tenantId), Buffer.from(file.sealed, 'base64'));
    const { keys, ...rest } = bundleSchema.parse(JSON.parse(plain.toString('utf8')));
    return { ...rest, keys: keys.map((entry) => ({ version: entry.version, key: Buffer.from(entry.key, 'base64') })) };
  } catch (error) {
    if (error instanceof EnvelopeError) throw invalid(wrong);
    throw error;
  }
}

const derive = (passphrase: string, salt: Buffer, { memoryKib, passes, lanes }: { memoryKib: number; passes: number; lanes: number }): Promise<Buffer> =>
  hashRaw(passphrase.normalize('NFKC'), { memoryCost: memoryKib, timeCost: passes, parallelism: lanes, outputLen: KEY_BYTES, salt });

/** The bundle as the text of a file that opens with a passphrase. */
export async function bundleUnderPassphrase(bundle: KeyBundle, passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(passphrase, salt, KDF);
  return `${JSON.stringify({ ...sealWith(key, bundle), argon2id: { ...KDF, salt: salt.toString('base64') } })}\n`;
}

const xor = (a: Buffer, b: Buffer): Buffer<ArrayBuffer> => Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));

/**
 * The bundle as the texts of `count` files that open only all together: the key is their exclusive or, and all but one tell
 * nothing (each is as random as the key).
 * @throws AppError `invalid`
 */
export function bundleInPieces(bundle: KeyBundle, count: number): string[] {
  if (!Number.isInteger(count) || count < 2 || count > MAX_PIECES) throw invalid(`A key is split into 2 to ${MAX_PIECES} pieces.`);
  const shares = Array.from({ length: count }, () => randomBytes(KEY_BYTES));
  const file = sealWith(shares.reduce((a, b) => xor(a, b)), bundle);
  return shares.map((share, index) => `${JSON.stringify({ ...file, piece: { number: index + 1, of: count, share: share.toString('base64') } })}\n`);
}

function joinPieces(files: readonly z.infer<typeof pieceFile>[]): KeyBundle {
  const [first] = files;
  if (!first) throw invalid('No piece was given.');
  const fingerprint = (file: { sealed: string }): string => createHash('sha256').update(file.sealed).digest('hex');
  if (files.some((file) => fingerprint(file) !== fingerprint(first) || file.tenantId !== first.tenantId)) throw invalid('These pieces do not belong together.');
  const missing = Array.from({ length: first.piece.of }, (_, index) => index + 1).filter((number) => !files.some((file) => file.piece.number === number));
  if (missing.length > 0) throw invalid(`Piece ${missing.join(', ')} of ${first.piece.of} is missing: all are needed.`);
  if (files.length !== first.piece.of) throw invalid('A piece was given twice.');
  return openWith(files.map(({ piece }) => Buffer.from(piece.share, 'base64')).reduce((a, b) => xor(a, b)), first, 'The pieces do not open the bundle: one was changed.');
}

/** What a file of keys needs to be opened. @throws AppError `invalid` when it is no such file */
export function bundleKind(text: string): 'passphrase' | 'piece' {
  const parsed = z.union([passphraseFile, pieceFile]).safeParse(parseJson(text));
  if (!parsed.success) throw invalid('This is no file of `scc keys export`.');
  return 'piece' in parsed.data ? 'piece' : 'passphrase';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Opens what `scc keys export` wrote: one file with its passphrase, or all pieces.
 * @throws AppError `invalid` with what is wrong or missing
 */
export async function openBundle(texts: readonly string[], passphrase: string | null): Promise<KeyBundle> {
  const kinds = new Set(texts.map(bundleKind));
  if (kinds.size !== 1) throw invalid('Give one file with its passphrase, or all pieces.');
  if (kinds.has('piece')) return joinPieces(texts.map((text) => pieceFile.parse(parseJson(text))));
  if (texts.length !== 1 || passphrase === null) throw invalid('Give one file with its passphrase.');
  const file = passphraseFile.parse(parseJson(texts[0] ?? ''));
  const key = await derive(passphrase, Buffer.from(file.argon2id.salt, 'base64'), file.argon2id);
  return openWith(key, file, 'The passphrase does not open this file, or the file was changed.');
}
