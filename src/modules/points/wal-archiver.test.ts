import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { formatLsn, parseLsn, parseSegmentName, SEGMENT_BYTES, segmentName, segmentStart } from '../../db/replication/lsn.ts';
import { seededRandom } from '../../simulate/random.ts';
import { WalArchiver } from './wal-archiver.ts';
import { coveredUntil, listPieces, readSegment, type WalPlace } from './wal-files.ts';

const root = mkdtempSync(join(tmpdir(), 'scc-wal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newPlace = (): WalPlace => ({ folder: mkdtempSync(join(root, 'wal-')), lineId: 'x', key: randomBytes(32), timeline: 1 });
const START = parseLsn('0/FF000000');

it('names places and segments as the server does', () => {
  for (const text of ['0/0', '0/3000028', '16/B374D848', 'FFFFFFFF/FFFFFFFF']) expect(formatLsn(parseLsn(text))).toBe(text);
  expect(segmentName(1, parseLsn('0/3000000'))).toBe('000000010000000000000003');
  expect(segmentName(2, segmentStart(parseLsn('16/B374D848')))).toBe('0000000200000016000000B3');
  expect(parseSegmentName('0000000200000016000000B3')).toEqual({ timeline: 2, start: parseLsn('16/B3000000') });
  expect(parseSegmentName('0000000200000016000000b3')).toBeNull();
  for (const wrong of ['', '3000028', '0/xyz', '1/123456789']) expect(() => parseLsn(wrong)).toThrow('Not a place');
});

it('writes what came in, over the ends of segments, in few files, and reads back the same', async () => {
  const place = newPlace();
  const random = seededRandom(3);
  const all = randomBytes(SEGMENT_BYTES * 2 + 5_000_000);
  const archiver = new WalArchiver(place, START);
  for (let at = 0; at < all.length; ) {
    const bytes = all.subarray(at, at + 1 + Math.floor(random.next() * 400_000));
    archiver.take(START + BigInt(at), bytes);
    at += bytes.length;
    if (random.next() < 0.8) await archiver.flush();
  }
  await archiver.flush();
  expect(archiver.safe).toBe(START + BigInt(all.length));
  const pieces = await listPieces(place);
  expect(pieces.length).toBeLessThanOrEqual(2 + 33);
  expect(readdirSync(place.folder).length).toBe(pieces.length);
  expect(coveredUntil(pieces, START + 17n)).toBe(archiver.safe);
  for (let index = 0; index < 3; index += 1) {
    const from = index * SEGMENT_BYTES;
    const expected = Buffer.alloc(SEGMENT_BYTES);
    all.copy(expected, 0, from, from + SEGMENT_BYTES);
    expect((await readSegment(place, pieces, START + BigInt(from))).equals(expected)).toBe(true);
  }
  // Who goes on after a kill begins the segment anew, and what is there stays until it is replaced.
  const again = new WalArchiver(place, START + BigInt(2 * SEGMENT_BYTES));
  again.take(START + BigInt(2 * SEGMENT_BYTES), all.subarray(2 * SEGMENT_BYTES, 2 * SEGMENT_BYTES + 1_000));
  await again.flush();
  expect(coveredUntil(await listPieces(place), START)).toBe(archiver.safe);
}, 60_000);

it('takes nothing out of order, asks to be sent no more, and finds gaps', async () => {
  const place = newPlace();
  const archiver = new WalArchiver(place, START);
  expect(archiver.take(START, randomBytes(100))).toBe(true);
  for (const wrong of [START, START + 99n, START + 101n]) expect(() => archiver.take(wrong, randomBytes(1))).toThrow('in order');
  await archiver.flush();
  archiver.take(START + 100n, randomBytes(50));
  await archiver.flush();
  const pieces = await listPieces(place);
  expect(pieces.map(({ from, to }) => [from, to])).toEqual([[0, 100], [100, 150]]);
  expect(coveredUntil(pieces.slice(0, 1), START)).toBe(START + 100n);
  expect(coveredUntil(pieces.slice(1), START)).toBe(START);
  expect(archiver.take(START + 150n, Buffer.alloc(4 * SEGMENT_BYTES))).toBe(false);
});
