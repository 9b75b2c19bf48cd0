import type { Queue } from '../../../../shared/api/queues.ts';
import { parseSkills, type SkillFault } from '../../../../shared/skills/expression.ts';

/** What the form edits; the rest of a queue is set elsewhere. */
export type QueueDraft = Pick<
  Queue,
  | 'name' | 'requiredSkills' | 'offerTimeoutMs' | 'missedOffersToAway' | 'serviceLevelMs' | 'record' | 'memberIds' | 'order' | 'weight' | 'ageingPerMinute'
  | 'skillExpression' | 'rings' | 'maxWaitMs' | 'maxLength' | 'noAgents' | 'lastAgentMs' | 'ownerMs' | 'calendarId' | 'places' | 'holdAlarmSeconds'
>;

/** A part of the form. */
export interface PartProps {
  draft: QueueDraft;
  set: (part: Partial<QueueDraft>) => void;
}

const EMPTY: QueueDraft = {
  name: '', requiredSkills: {}, offerTimeoutMs: 20_000, missedOffersToAway: 3, serviceLevelMs: 20_000, record: true, memberIds: [], order: 'longestIdle', weight: 0,
  ageingPerMinute: 0, skillExpression: '', rings: [], maxWaitMs: 0, maxLength: 0, noAgents: 'wait', lastAgentMs: 0, ownerMs: 0, calendarId: null, places: {}, holdAlarmSeconds: null,
};

const KEYS = Object.keys(EMPTY) as (keyof QueueDraft)[];

export const draftOf = (stored: Queue | null): QueueDraft => (stored ? (Object.fromEntries(KEYS.map((key) => [key, stored[key]])) as unknown as QueueDraft) : EMPTY);

/** Only what differs, so that nobody's change of another field is overwritten. */
export function changesOf(stored: QueueDraft, draft: QueueDraft): Partial<QueueDraft> {
  const changed = KEYS.filter((key) => JSON.stringify(stored[key]) !== JSON.stringify(draft[key]));
  return Object.fromEntries(changed.map((key) => [key, draft[key]]));
}

/** What is wrong with an expression; null when it is empty or good. */
export function skillFault(text: string): SkillFault | null {
  if (text.trim() === '') return null;
  const parsed = parseSkills(text);
  return 'fault' in parsed ? parsed.fault : null;
}

export const isSendable = (draft: QueueDraft): boolean =>
  draft.name.trim() !== '' && skillFault(draft.skillExpression) === null && draft.rings.every(({ skillExpression, waitMs }) => skillFault(skillExpression) === null && waitMs >= 1000);
