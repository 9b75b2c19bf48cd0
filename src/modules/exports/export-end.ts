import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerClockView } from '../../../shared/api/service-status.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { ExportSigner } from '../../vault/master-key.ts';
import { EXPORT_FORMAT, MANIFEST, SIGNATURE, SUMS } from './export-format.ts';
import type { ExportTable, LeftOut } from './export-tables.ts';
import type { Begun, ExportTarget, FinishedFile, NewFile, Unreadable } from './export-target.ts';

const ASSETS = join(import.meta.dirname, '..', '..', '..', 'assets', 'export');

/** Files that `writeEnd` writes. */
export const END_FILES = 5;

/** What an export is of, and who asked. */
export interface ExportOf {
  tenantId: string;
  tenantCode: string;
  tenantName: string;
  exportId: string;
  reason: string;
  askedBy: string;
  askedAt: string;
}

interface End extends ExportOf {
  tables: readonly ExportTable[];
  leftOut: readonly LeftOut[];
  unreadable: readonly Unreadable[];
  finishedAt: string;
  signer: ExportSigner;
  serverClock: ServerClockView;
}

interface Totals {
  files: number;
  bytes: number;
  rows: number;
  sounds: number;
  /** Moments that rows were read at, and how many tables at each. */
  snapshots: Record<string, number>;
}

async function totalsOf(target: ExportTarget): Promise<Totals> {
  const totals: Totals = { files: 0, bytes: 0, rows: 0, sounds: 0, snapshots: {} };
  for await (const { path, bytes, rows, readAt } of target.files()) {
    totals.files += 1;
    totals.bytes += bytes;
    totals.rows += rows ?? 0;
    if (path.endsWith('.wav')) totals.sounds += 1;
    if (rows !== null && readAt !== null) totals.snapshots[readAt] = (totals.snapshots[readAt] ?? 0) + 1;
  }
  return totals;
}

/** The manifest as text, however many files there are: the last member is the list of them, one a line. */
async function* manifestText(target: ExportTarget, end: End): AsyncGenerator<string> {
  const { snapshots, ...counts } = await totalsOf(target);
  const head = {
    format: EXPORT_FORMAT,
    tenant: { id: end.tenantId, code: end.tenantCode, name: end.tenantName },
    export: { id: end.exportId, reason: end.reason, askedBy: end.askedBy, askedAt: end.askedAt, finishedAt: end.finishedAt },
    clock: end.serverClock,
    snapshots: Object.entries(snapshots).map(([at, tables]) => ({ at, tables })),
    counts,
    tables: end.tables.map(({ table, columns, leftOut }) => ({ table, columns: columns.map(({ name, type, form }) => ({ name, type, form })), leftOut })),
    tablesLeftOut: end.leftOut,
    unreadable: end.unreadable,
    publicKey: end.signer.publicKey,
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "files": [`;
  let separator = '\n  ';
  for await (const { path, bytes, sha256, table, rows, readAt } of target.files()) {
    const ofTable = table === null ? {} : { table, ...(rows === null ? {} : { rows }), readAt };
    yield `${separator}${JSON.stringify({ path, bytes, sha256, ...ofTable })}`;
    separator = ',\n  ';
  }
  yield '\n ]\n}\n';
}

/** Ed25519 over canonical JSON, as exports of the audit log are signed. */
function signatureText({ tenantId, finishedAt, signer }: End, manifestSha256: string): string {
  const signed = { format: EXPORT_FORMAT, tenantId, at: finishedAt, manifestSha256, publicKey: signer.publicKey };
  return `${JSON.stringify({ signed, signature: signer.sign(canonicalJson(signed)).toString('base64') })}\n`;
}

/** What `sha256sum -c` reads. */
async function* sumsText(target: ExportTarget): AsyncGenerator<string> {
  for await (const { path, sha256 } of target.files()) yield `${sha256}  ${path}\n`;
}

const shipped = async function* (name: string): AsyncGenerator<Buffer> {
  yield await readFile(join(ASSETS, name));
};

const once = async function* (text: string): AsyncGenerator<string> {
  yield text;
};

/** Writes what explains, lists and signs the other files. Each lists those before it. */
export async function writeEnd(target: ExportTarget, begun: Begun, end: End, done: (file: FinishedFile) => Promise<void>): Promise<void> {
  const put = async (file: NewFile): Promise<FinishedFile> => {
    const known = begun.files.get(file.path);
    if (known) return known;
    const written = await target.write(file);
    await done(written);
    return written;
  };
  await put({ path: 'README.txt', content: shipped('README.txt') });
  await put({ path: 'verify-export.mjs', content: shipped('verify-export.mjs') });
  const { sha256 } = await put({ path: MANIFEST, content: manifestText(target, end) });
  await put({ path: SIGNATURE, content: once(signatureText(end, sha256)) });
  await put({ path: SUMS, content: sumsText(target) });
}
