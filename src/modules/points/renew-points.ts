import { readdir } from 'node:fs/promises';
import { shredBelow } from '../../lib/shred.ts';
import type { BaseDeps } from './base-backup.ts';
import { beginLine, removeLine } from './lines.ts';
import { GONE, lineFolder, listLines, pointsFolder, readBases, slotOf, UNFINISHED, writeNotBefore } from './points-folder.ts';

/** What became of the points in time of before. */
export interface RenewedPoints {
  /** Lines that were removed, with their bases and their log. */
  lines: number;
  files: number;
  bytes: number;
  /** Since when one can go back again, ISO 8601; null when no points in time are kept. */
  newBaseAt: string | null;
  /** Whether the server's own log was renewed after it too. */
  log: boolean;
}

const NOTHING: RenewedPoints = { lines: 0, files: 0, bytes: 0, newBaseAt: null, log: false };

/**
 * Takes a new base and removes every older one, with all of the log before it: nothing that was in the database before can be read or
 * replayed any more. Interrupted anywhere, it is done again. Where points in time are not kept it does nothing.
 * @param isKept false: they are not kept any more, so no new base is taken
 * @throws ReplicationError, PointsError, Error from the disk; then what there was is still there
 */
export async function renewPoints(deps: BaseDeps, isKept: boolean): Promise<RenewedPoints> {
  const { folder, server } = deps;
  const left = await readdir(pointsFolder(folder)).catch(() => []);
  const isThere = left.some((name) => name.startsWith(GONE) || name.startsWith(UNFINISHED)) || (await listLines(folder)).length > 0;
  if (!isThere) return NOTHING;
  const line = isKept ? await beginLine(deps) : null;
  await writeNotBefore(deps, line?.at ?? (await server.mark()).at);
  const [base] = line ? await readBases(deps, line.id) : [];
  const done = { ...NOTHING, newBaseAt: base?.at ?? null };
  return server.alone(async () => {
    for (const id of (await listLines(folder)).filter((each) => each !== line?.id)) {
      // First the slot: who writes the line loses it and goes on with the new one, and the server may remove its log.
      await server.dropSlot(slotOf(id));
      const { files, bytes } = await removeLine(folder, id);
      done.lines += 1;
      done.files += files;
      done.bytes += bytes;
    }
    for (const name of (await readdir(pointsFolder(folder))).filter((each) => each.startsWith('.'))) await shredBelow(lineFolder(folder, name));
    for (const { name } of await server.slots()) if (!line || name !== slotOf(line.id)) await server.dropSlot(name);
    return { ...done, log: await server.renewLog() };
  });
}
