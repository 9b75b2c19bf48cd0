import { timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formatLsn, parseLsn } from '../../db/replication/lsn.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { putFile } from '../backup/backup-set.ts';
import { PointsError } from './points-error.ts';

/**
 * Points in time in the folder of the backups:
 *
 *     points/<line>/line.json             one unbroken write-ahead log of one cluster: which, from where, its key
 *     points/<line>/head.json             until when everything is there
 *     points/<line>/bases/<id>/base.json  a copy of the whole cluster, with base.tar and base.files (its files with their SHA-256)
 *     points/<line>/wal/<segment>.<from>-<to>   bytes of a segment of the log; compressed and sealed like everything that is no JSON
 *     points/not-before.json              lines begun before are of before the destruction of a tenant: they are not restored
 *
 * Every JSON file is signed. A line, a base and a piece appear as a whole or not at all.
 */
const FORMAT = 'scc-points/1';
/** What is being written; never listed. */
export const UNFINISHED = '.new-';
/** What is being removed; never listed. */
export const GONE = '.gone-';

const lsn = z.string().transform((text) => parseLsn(text));
const lineSchema = z.strictObject({
  id: z.string(),
  /** ISO 8601, by the database's clock, like all times here. */
  at: z.string(),
  systemId: z.string(),
  timeline: z.int(),
  /** Beginning of the first segment. */
  startLsn: lsn,
  /** Under the master key. */
  wrappedKey: z.base64(),
});
const headSchema = z.strictObject({ line: z.string(), lsn, at: z.string() });
const sealedSchema = z.strictObject({ bytes: z.int(), sha256: z.string(), plainBytes: z.int(), plainSha256: z.string() });
const baseSchema = z.strictObject({
  id: z.string(),
  line: z.string(),
  /** Before the copying: everything acknowledged by then is before `startLsn`. */
  begunAt: z.string(),
  /** After it: the first moment that it leads to. */
  at: z.string(),
  startLsn: lsn,
  stopLsn: lsn,
  tar: sealedSchema,
  files: sealedSchema,
  ms: z.int(),
});
const notBeforeSchema = z.strictObject({ at: z.string() });

export type Line = z.infer<typeof lineSchema>;
export type Head = z.infer<typeof headSchema>;
export type Base = z.infer<typeof baseSchema>;

/** Where points in time are and what opens them. */
export interface PointsPlace {
  /** Of the backups, absolute. */
  folder: string;
  master: MasterKey;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export const pointsFolder = (folder: string): string => join(folder, 'points');
export const lineFolder = (folder: string, id: string): string => join(pointsFolder(folder), id);
export const walFolder = (folder: string, line: string): string => join(lineFolder(folder, line), 'wal');
export const basesFolder = (folder: string, line: string): string => join(lineFolder(folder, line), 'bases');

/** The line's replication slot. */
export const SLOT_PREFIX = 'scc_line_';
export const slotOf = (lineId: string): string => `${SLOT_PREFIX}${lineId.toLowerCase()}`;

/** JSON with places in the log as text. */
const plain = (value: object): Record<string, unknown> => Object.fromEntries(Object.entries(value).map(([name, each]: [string, unknown]) => [name, typeof each === 'bigint' ? formatLsn(each) : each]));

const signatureOf = (master: MasterKey, kind: string, value: object): Buffer => master.sign(canonicalJson(['points', FORMAT, kind, value]));

async function writeSigned({ master }: PointsPlace, path: string, kind: string, value: object): Promise<void> {
  const what = plain(value);
  await putFile(path, `${JSON.stringify({ format: FORMAT, ...what, signature: signatureOf(master, kind, what).toString('base64') })}\n`);
}

/** @throws PointsError `damaged` when it was changed, cut, or is of another master key */
async function readSigned<T>({ master }: PointsPlace, path: string, kind: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const { signature, format: _format, ...what } = z.looseObject({ signature: z.base64(), format: z.literal(FORMAT) }).parse(JSON.parse(text));
    const given = Buffer.from(signature, 'base64');
    const expected = signatureOf(master, kind, what);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return schema.parse(what);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
  }
  throw new PointsError('damaged', `${path} was changed, or was made with another master key.`);
}

async function names(folder: string): Promise<string[]> {
  const found: string[] = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return found.toSorted();
}

/** Ids of the finished lines, oldest first. */
export const listLines = async (folder: string): Promise<string[]> => (await names(pointsFolder(folder))).filter((name) => !name.startsWith('.') && !name.includes('.json'));

/** @param path of the line's folder, which has another name while it is made */
export const writeLine = (place: PointsPlace, path: string, line: Line): Promise<void> => writeSigned(place, join(path, 'line.json'), 'line', line);

export async function readLine(place: PointsPlace, id: string): Promise<Line> {
  const line = await readSigned(place, join(lineFolder(place.folder, id), 'line.json'), 'line', lineSchema);
  if (line?.id !== id) throw new PointsError('damaged', `The line ${id} in ${pointsFolder(place.folder)} does not say what it is.`);
  return line;
}

export const keyOfLine = ({ master }: PointsPlace, line: Line): Buffer => master.unwrapBackupKey(line.id, Buffer.from(line.wrappedKey, 'base64'));

export const writeHead = (place: PointsPlace, head: Head): Promise<void> => writeSigned(place, join(lineFolder(place.folder, head.line), 'head.json'), 'head', head);

/** @returns null when nothing has been archived yet */
export async function readHead(place: PointsPlace, lineId: string): Promise<Head | null> {
  const head = await readSigned(place, join(lineFolder(place.folder, lineId), 'head.json'), 'head', headSchema);
  if (head && head.line !== lineId) throw new PointsError('damaged', `The head of line ${lineId} is of another one.`);
  return head;
}

/** @param path of the base's folder, which has another name while it is made */
export const writeBase = (place: PointsPlace, path: string, base: Base): Promise<void> => writeSigned(place, join(path, 'base.json'), 'base', base);

async function readBase(place: PointsPlace, lineId: string, id: string): Promise<Base> {
  const base = await readSigned(place, join(basesFolder(place.folder, lineId), id, 'base.json'), 'base', baseSchema);
  if (base?.id !== id || base.line !== lineId) throw new PointsError('damaged', `The base ${id} of line ${lineId} does not say what it is.`);
  return base;
}

/** Finished bases of a line, oldest first. */
export async function readBases(place: PointsPlace, lineId: string): Promise<Base[]> {
  const ids = (await names(basesFolder(place.folder, lineId))).filter((name) => !name.startsWith('.'));
  return Promise.all(ids.map((id) => readBase(place, lineId, id)));
}

const notBeforeFile = (folder: string): string => join(pointsFolder(folder), 'not-before.json');

/** From now on lines begun before are not restored. @param at ISO 8601 */
export const writeNotBefore = (place: PointsPlace, at: string): Promise<void> => writeSigned(place, notBeforeFile(place.folder), 'not-before', { at });

/** @returns ms since the epoch; 0 when no tenant was destroyed */
export async function readNotBefore(place: PointsPlace): Promise<number> {
  const found = await readSigned(place, notBeforeFile(place.folder), 'not-before', notBeforeSchema);
  return found ? Date.parse(found.at) : 0;
}

/** Everything that is known of one line. */
export interface LineState {
  line: Line;
  head: Head | null;
  bases: Base[];
}

export async function readLineState(place: PointsPlace, id: string): Promise<LineState> {
  const [line, head, bases] = await Promise.all([readLine(place, id), readHead(place, id), readBases(place, id)]);
  return { line, head, bases };
}

/** Bases whose log is there to the end of their copying: they lead to a whole database. */
export const usableBases = ({ head, bases }: Pick<LineState, 'head' | 'bases'>): Base[] => bases.filter(({ stopLsn }) => head !== null && stopLsn <= head.lsn);

