import type { Database } from '../../db/types.ts';
import type { PointDrill } from './drill-point.ts';

const ACTOR = { kind: 'system', id: 'drill', ip: '' } as const;
/** An entry's time is taken when it is written; its transaction may end so much later. */
const MARGIN_MS = 30_000;

/**
 * Compares the ends of the audit chains at a moment with the chains of the database that went on since: the entry has to be in them, and
 * none before the moment may come after it.
 * @returns one English sentence for each tenant that has lost something
 */
export async function lostEntries({ withTenant, directory }: Pick<Database, 'withTenant' | 'directory'>, { at, heads }: Pick<PointDrill, 'at' | 'heads'>): Promise<string[]> {
  const before = new Date(Date.parse(at) - MARGIN_MS);
  const there = new Set((await directory.tenants()).filter(({ status }) => status !== 'ended').map(({ id }) => id));
  const faults: string[] = [];
  // A tenant that ended may have been destroyed since, and has nothing to compare with.
  for (const { tenantId, slug, seq, hash } of heads.filter((head) => there.has(head.tenantId))) {
    const { same, later } = await withTenant(tenantId, ACTOR, async ({ db }) => ({
      same: await db.selectFrom('audit_events').select('hash').where('seq', '=', String(seq)).executeTakeFirst(),
      later: await db.selectFrom('audit_events').select('seq').where('seq', '>', String(seq)).where('at', '<', before).limit(1).executeTakeFirst(),
    }));
    if (seq > 0 && same?.hash.toString('hex') !== hash) faults.push(`Entry ${seq} of the audit chain of ${slug} is another one at ${at} than in the database.`);
    else if (later) faults.push(`The audit chain of ${slug} ends at entry ${seq} at ${at}, and has entries of before that.`);
  }
  return faults;
}
