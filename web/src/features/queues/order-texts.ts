import { useLingui } from '@lingui/react/macro';
import type { Queue } from '../../../../shared/api/queues.ts';

/** Names of the orders of agents, and what each compares. */
export function useOrderTexts(): Readonly<Record<Queue['order'], { label: string; hint: string }>> {
  const { t } = useLingui();
  return {
    longestIdle: { label: t`Longest idle`, hint: t`Who has been free longest, whatever queue the last call came from.` },
    bestSkill: { label: t`Best available`, hint: t`The highest mean level of the skills asked for.` },
    leastRecent: { label: t`Least recent`, hint: t`Whose last call of this queue is longest ago.` },
    fewestCalls: { label: t`Fewest calls`, hint: t`Who has taken the fewest calls of this queue today.` },
    roundRobin: { label: t`In turn`, hint: t`The next after whoever was rung last, by place.` },
    linear: { label: t`Fixed order`, hint: t`Always from the front, by place.` },
    random: { label: t`Random`, hint: t`By lot.` },
    weightedRandom: { label: t`Weighted random`, hint: t`By lot; a greater weight is drawn more often.` },
    ringAll: { label: t`Ring all`, hint: t`Everybody who is free rings at the same time, up to 50; who answers first has the call. External stations and callbacks ring one at a time.` },
  };
}
