import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { linesOf, verifyExport } from '../audit/audit-export.ts';
import { EXPORT_FORMAT, MANIFEST, SIGNATURE, SUMS } from './export-format.ts';

const fileSchema = z.object({ path: z.string().regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/), bytes: z.int(), sha256: z.string(), rows: z.int().optional() });
const manifestSchema = z.object({
  format: z.literal(EXPORT_FORMAT),
  tenant: z.object({ id: z.uuid(), code: z.string() }),
  export: z.object({ finishedAt: z.string() }),
  unreadable: z.array(z.object({ what: z.string(), why: z.string() })),
  publicKey: z.string(),
  files: z.array(fileSchema),
});
const signatureSchema = z.object({
  signed: z.strictObject({ format: z.literal(EXPORT_FORMAT), tenantId: z.uuid(), at: z.string(), manifestSha256: z.string(), publicKey: z.string() }),
  signature: z.base64(),
});

type Manifest = z.infer<typeof manifestSchema>;

/** What a verification of a folder found. */
export interface FolderReport {
  whole: boolean;
  tenant: string;
  finishedAt: string;
  publicKey: string;
  files: number;
  bytes: number;
  rows: number;
  /** What the export itself says it could not read. */
  unreadable: number;
  faults: string[];
}

/** Prefix of an Ed25519 public key in DER (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function signatureFaults(manifest: Buffer, text: string, expectedKey: string | null): { faults: string[]; publicKey: string } {
  let parsed: z.infer<typeof signatureSchema>;
  try {
    parsed = signatureSchema.parse(JSON.parse(text));
  } catch {
    return { faults: [`${SIGNATURE}: is no signature of this format`], publicKey: '' };
  }
  const { signed, signature } = parsed;
  const raw = Buffer.from(signed.publicKey, 'base64');
  const key = raw.length === 32 ? createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }) : null;
  const faults: string[] = [];
  if (!key || !verify(null, Buffer.from(canonicalJson(signed), 'utf8'), key, Buffer.from(signature, 'base64'))) faults.push(`${SIGNATURE}: the signature does not fit what it signs`);
  if (signed.manifestSha256 !== hashOf(manifest)) faults.push(`${MANIFEST}: is not the one that was signed`);
  if (expectedKey !== null && signed.publicKey !== expectedKey) faults.push(`${SIGNATURE}: signed by another key than the expected one`);
  return { faults, publicKey: signed.publicKey };
}

async function fileFault(folder: string, file: Manifest['files'][number]): Promise<string | null> {
  const digest = createHash('sha256');
  let bytes = 0;
  let lines = 0;
  try {
    for await (const chunk of createReadStream(join(folder, file.path)) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.length;
      if (file.rows !== undefined) for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `${file.path}: missing` : `${file.path}: cannot be read`;
  }
  if (bytes !== file.bytes) return `${file.path}: ${bytes} bytes instead of ${file.bytes}`;
  if (digest.digest('hex') !== file.sha256) return `${file.path}: changed`;
  return file.rows !== undefined && lines !== file.rows ? `${file.path}: ${lines} rows instead of ${file.rows}` : null;
}

async function auditFault(folder: string, manifest: Manifest, publicKey: string): Promise<string[]> {
  const audit = manifest.files.find(({ path }) => path === 'audit/audit.jsonl');
  if (!audit) return ['audit/audit.jsonl: not in the list'];
  const report = await verifyExport(linesOf(createReadStream(join(folder, audit.path), 'utf8') as AsyncIterable<string>), publicKey);
  if (!report.whole) return [`${audit.path}: line ${report.brokenLine}: ${report.reason}`];
  return report.tenantId === manifest.tenant.id ? [] : [`${audit.path}: of another tenant`];
}

async function strangers(folder: string, manifest: Manifest): Promise<string[]> {
  const known = new Set([...manifest.files.map(({ path }) => path), MANIFEST, SIGNATURE, SUMS]);
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => !entry.isDirectory()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return paths.filter((path) => !known.has(path)).map((path) => `${path}: not part of the export`);
}

async function sumsFault(folder: string, manifest: Manifest): Promise<string[]> {
  const ends = await Promise.all([MANIFEST, SIGNATURE].map(async (path) => ({ path, sha256: hashOf(await readFile(join(folder, path))) })));
  const expected = [...manifest.files, ...ends].map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
  return (await readFile(join(folder, SUMS), 'utf8').catch(() => '')) === expected ? [] : [`${SUMS}: is not the list of the manifest`];
}

/**
 * Verifies an unpacked export without the database and without keys.
 * @param expectedKey what the provider told before; null = the key in the export is believed, and a folder that was made anew as a whole
 *   is not noticed
 * @throws Error when there is no manifest that can be read
 */
export async function verifyFolder(folder: string, expectedKey: string | null): Promise<FolderReport> {
  const bytes = await readFile(join(folder, MANIFEST)).catch(() => {
    throw new Error(`There is no ${MANIFEST} in ${folder}.`);
  });
  const parsed = manifestSchema.safeParse(parseJson(bytes));
  if (!parsed.success) throw new Error(`${join(folder, MANIFEST)} is no manifest of an export.`);
  const manifest = parsed.data;
  const { faults, publicKey } = signatureFaults(bytes, await readFile(join(folder, SIGNATURE), 'utf8').catch(() => ''), expectedKey);
  if (manifest.publicKey !== publicKey) faults.push(`${MANIFEST}: names another key than the signature`);
  for (const file of manifest.files) {
    const fault = await fileFault(folder, file);
    if (fault) faults.push(fault);
  }
  if (faults.length === 0) faults.push(...(await auditFault(folder, manifest, publicKey)));
  faults.push(...(await sumsFault(folder, manifest)), ...(await strangers(folder, manifest)));
  return {
    whole: faults.length === 0,
    tenant: manifest.tenant.code,
    finishedAt: manifest.export.finishedAt,
    publicKey,
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    rows: manifest.files.reduce((sum, file) => sum + (file.rows ?? 0), 0),
    unreadable: manifest.unreadable.length,
    faults,
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
