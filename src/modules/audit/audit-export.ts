import { createHash, createPublicKey, verify } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { ServerClockView } from '../../../shared/api/service-status.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { ExportSigner } from '../../vault/master-key.ts';
import { linkFault } from './audit-verify.ts';
import type { Checkpoint } from './audit-witness.ts';
import { EMPTY_HEAD, type ChainHead, type StoredEvent } from './audit.queries.ts';

const FORMAT = 'scc-audit-export/1';

/**
 * What a signature line says of the lines before it. One follows every page, so that a change of what the chain does not cover
 * (the opened details beside the sealed ones) is found to the page; the last one ends the file.
 */
const signedSchema = z.strictObject({
  format: z.literal(FORMAT),
  tenantId: z.uuid(),
  /** The whole log of this tenant at that time, from its first entry. */
  complete: z.boolean(),
  /** Entries before this line, and SHA-256 (hex) of their lines, line ends included. */
  lines: z.int().min(0),
  sha256: z.string(),
  last: z.boolean(),
  at: z.string(),
  /** How far the clock that wrote the times was from a time server's. */
  clock: z.object({ source: z.string().nullable(), offsetMs: z.number().nullable(), checkedAt: z.string().nullable() }),
  /** What the witness outside of the database remembered; in the last line only. */
  checkpoint: z.object({ tenantId: z.string(), seq: z.int(), hash: z.string(), at: z.string() }).nullable(),
  /** Ed25519, 32 bytes in base64. */
  publicKey: z.string(),
});
const signatureSchema = z.strictObject({ signed: signedSchema, signature: z.base64() });

const eventSchema = z.strictObject({
  tenantId: z.uuid(),
  code: z.string(),
  actor: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  ip: z.string(),
  seq: z.int(),
  at: z.string(),
  sealed: z.base64(),
  prevHash: z.base64(),
  hash: z.base64(),
  detail: z.record(z.string(), z.unknown()),
});

type Signed = z.infer<typeof signedSchema>;

/** What an export is signed with. */
export interface ExportSeal {
  tenantId: string;
  complete: boolean;
  signer: ExportSigner;
  checkpoint: () => Promise<Checkpoint | null>;
  /** ms since the epoch */
  now: () => number;
  clock: () => ServerClockView;
}

/** The pages of an export with a signature line after each and at the end. */
export function signExport(pages: AsyncIterable<string | Buffer>, { tenantId, complete, signer, checkpoint, now, clock }: ExportSeal): Readable {
  const digest = createHash('sha256');
  let lines = 0;
  const line = (last: boolean, remembered: Checkpoint | null): string => {
    const at = new Date(now()).toISOString();
    const signed: Signed = { format: FORMAT, tenantId, complete, lines, sha256: digest.copy().digest('hex'), last, at, clock: clock(), checkpoint: remembered, publicKey: signer.publicKey };
    return `${JSON.stringify({ signed, signature: signer.sign(canonicalJson(signed)).toString('base64') })}\n`;
  };
  async function* all(): AsyncGenerator<string> {
    for await (const chunk of pages) {
      const page = chunk.toString();
      digest.update(page);
      lines += page.split('\n').length - 1;
      yield page + line(false, null);
    }
    yield line(true, await checkpoint());
  }
  return Readable.from(all(), { objectMode: false });
}

/** Prefix of an Ed25519 public key in DER (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const raw = Buffer.from(publicKey, 'base64');
  if (raw.length !== 32) return false;
  return verify(null, Buffer.from(text, 'utf8'), createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }), Buffer.from(signature, 'base64'));
}

/** What a verification of an export found. */
export interface ExportReport {
  whole: boolean;
  /** Entries that fit. */
  entries: number;
  /** Line of the file, from 1; null when whole. */
  brokenLine: number | null;
  /** One English sentence; empty when whole. */
  reason: string;
  tenantId: string | null;
  complete: boolean;
  /** When the file was made, by its own words. */
  at: string | null;
  publicKey: string | null;
  checkpoint: Checkpoint | null;
  headHash: Buffer;
}

/** Reads an export line by line. It holds against the file what the file itself cannot forge: its chain, and a key known beforehand. */
class ExportCheck {
  readonly #expectedKey: string | null;
  readonly #digest = createHash('sha256');
  readonly #hashes: Buffer[] = [];
  #last: ChainHead = EMPTY_HEAD;
  #entries = 0;
  #first: StoredEvent | null = null;
  #signed: Signed | null = null;
  /** Entries that a signature has covered. */
  #covered = 0;

  constructor(expectedKey: string | null) {
    this.#expectedKey = expectedKey;
  }

  /** @returns what is wrong with this line, or null */
  take(text: string): string | null {
    if (this.#signed?.last) return 'Something follows the end of the export.';
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return 'The line is no JSON.';
    }
    const signature = signatureSchema.safeParse(parsed);
    if (signature.success) return this.#sign(signature.data.signed, signature.data.signature);
    const event = eventSchema.safeParse(parsed);
    if (!event.success) return 'The line is neither an entry nor a signature of this format.';
    return this.#event(text, event.data);
  }

  #event(text: string, { detail: _detail, ...line }: z.infer<typeof eventSchema>): string | null {
    const event = { ...line, sealed: Buffer.from(line.sealed, 'base64'), prevHash: Buffer.from(line.prevHash, 'base64'), hash: Buffer.from(line.hash, 'base64') };
    if (this.#first && event.tenantId !== this.#first.tenantId) return `Entry ${event.seq} belongs to another tenant.`;
    // Of a part of the log, what came before the first entry is not known.
    const before = this.#first || event.seq === 1 ? this.#last : { seq: event.seq - 1, hash: event.prevHash };
    const fault = linkFault(before, event);
    if (fault) return fault;
    this.#first ??= event;
    this.#last = { seq: event.seq, hash: event.hash };
    this.#hashes.push(event.hash);
    this.#entries += 1;
    this.#digest.update(`${text}\n`);
    return null;
  }

  #sign(signed: Signed, signature: string): string | null {
    if (this.#expectedKey !== null && signed.publicKey !== this.#expectedKey) return 'The export was signed by another key than the expected one.';
    if (this.#signed && signed.publicKey !== this.#signed.publicKey) return 'The export was signed by two keys.';
    if (!isSignedBy(signed.publicKey, canonicalJson(signed), signature)) return 'The signature does not fit what it signs.';
    if (this.#first && signed.tenantId !== this.#first.tenantId) return 'The signature is of another tenant.';
    if (signed.complete && this.#first && this.#first.seq !== 1) return `Entries 1 to ${this.#first.seq - 1} are missing at the beginning.`;
    if (signed.lines !== this.#entries) return `The signature counts ${signed.lines} entries before this line, there are ${this.#entries}.`;
    if (signed.sha256 !== this.#digest.copy().digest('hex')) return `An entry between ${this.#covered + 1} and ${this.#entries} was changed: its opened detail, or how it is written.`;
    this.#signed = signed;
    this.#covered = this.#entries;
    return signed.last ? this.#checkpointFault(signed) : null;
  }

  #checkpointFault({ checkpoint, complete }: Signed): string | null {
    if (!checkpoint || !this.#first) return complete && checkpoint && checkpoint.seq > 0 ? 'All entries are missing.' : null;
    if (complete && checkpoint.seq > this.#last.seq) return `There were ${checkpoint.seq} entries on ${checkpoint.at}; the end was cut off.`;
    const hash = this.#hashes[checkpoint.seq - this.#first.seq];
    return hash && hash.toString('base64') !== checkpoint.hash ? `Entry ${checkpoint.seq} is not the one that was there on ${checkpoint.at}: the chain was written anew.` : null;
  }

  /** @param broken what the last line taken had wrong, or null at the end of the file */
  report(lineNumber: number, broken: string | null): ExportReport {
    const fault = broken ?? (this.#signed?.last ? null : 'The export has no end: it was cut off.');
    return {
      whole: fault === null,
      entries: this.#entries,
      brokenLine: fault === null ? null : lineNumber,
      reason: fault ?? '',
      tenantId: this.#first?.tenantId ?? this.#signed?.tenantId ?? null,
      complete: this.#signed?.complete ?? false,
      at: this.#signed?.at ?? null,
      publicKey: this.#signed?.publicKey ?? null,
      checkpoint: this.#signed?.checkpoint ?? null,
      headHash: this.#last.hash,
    };
  }
}

/**
 * The lines of a text, without their ends. `readline` would also break at U+2028 and U+2029, which JSON leaves as they are inside of what
 * people typed.
 */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  const withoutReturn = (line: string): string => line.replace(/\r$/, '');
  let rest = '';
  for await (const part of text) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map(withoutReturn);
  }
  if (rest !== '') yield withoutReturn(rest);
}

/**
 * Verifies an export without the database and without the tenant's keys.
 * @param expectedKey public key of the installation, as told by it before (`scc verify-audit` prints it); null = the one in the file is
 *   believed, and then a file that was made anew as a whole is not noticed
 */
export async function verifyExport(lines: AsyncIterable<string>, expectedKey: string | null): Promise<ExportReport> {
  const check = new ExportCheck(expectedKey);
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const fault = check.take(line);
    if (fault) return check.report(number, fault);
  }
  return check.report(number, null);
}
