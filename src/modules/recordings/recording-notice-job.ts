import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { mailedBoxes } from '../voicemail/voicemail-boxes.service.ts';
import { allNotices, takeSaved } from './recording-notices.queries.ts';
import { noticeView } from './recording-notices.service.ts';
import { concerns, tellBox, tellOf, type NewsWays } from './recording-news.ts';

const ACTOR: Actor = { kind: 'system', id: 'notices', ip: '' };
/** Recordings looked at in one round; the next round goes on. */
const BATCH = 200;

/**
 * Tells people and programs of recordings that were saved: looked at once their call is over, so that a message that its caller
 * recorded again is not told of. What is told and that it was looked at are one transaction.
 */
export const createRecordingNoticeJob = ({ withTenant, clock, ...ways }: { withTenant: WithTenant; clock: Clock } & NewsWays) => ({
  name: 'notices of recordings',
  run: (tenantId: string): Promise<void> => withTenant(tenantId, ACTOR, (tx) => tellOfSaved(tx, new Date(clock.wall()), ways)),
});

async function tellOfSaved(tx: TenantTx, now: Date, ways: NewsWays): Promise<void> {
  const notices = (await allNotices(tx)).map((row) => ({ since: row.since, notice: noticeView(tx, row) })).filter(({ notice }) => notice.active);
  const boxes = await mailedBoxes(tx);
  const beginnings = [...notices, ...boxes.values()].map(({ since }) => since.getTime());
  if (beginnings.length === 0) return;
  for (const recording of await takeSaved(tx, new Date(Math.min(...beginnings)), now, BATCH)) {
    for (const { since, notice } of notices) {
      if (recording.created_at >= since && concerns(notice, recording)) await tellOf(tx, recording, notice, ways);
    }
    const box = boxes.get(recording.box_id ?? '');
    if (box && recording.created_at >= box.since) await tellBox(tx, recording, box.recipients, ways);
  }
}
