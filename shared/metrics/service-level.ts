import type { TwoTexts } from '../two-texts.ts';

/** What one call did in a queue. Times in ms from queueing. */
export interface ServedCall {
  outcome: 'answered' | 'abandoned';
  waitMs: number;
}

/** The counts from which every service level is made. */
export interface ServiceCounts {
  answered: number;
  abandoned: number;
  /** Answered within the threshold T. */
  answeredWithin: number;
  /** Abandoned within the threshold T. */
  abandonedWithin: number;
  /** Abandoned within the short-abandon limit s. */
  abandonedShort: number;
}

/** Names of the six formulas, in the order in which they are shown. */
export const SERVICE_LEVELS = ['SL1', 'SL2', 'SL3', 'SL4', 'SL5', 'SL6'] as const;

/** One of the six. */
export type ServiceLevelId = (typeof SERVICE_LEVELS)[number];

/** The formulas as people read them; a figure is never shown without. */
export const SERVICE_LEVEL_FORMULAS: Readonly<Record<ServiceLevelId, TwoTexts>> = {
  SL1: { ja: '(時間内応答 + 時間内放棄) ÷ (応答 + 放棄)', en: '(ans≤T + ab≤T) / (ans + ab)' },
  SL2: { ja: '時間内応答 ÷ 応答', en: 'ans≤T / ans' },
  SL3: { ja: '時間内応答 ÷ (応答 + 放棄)', en: 'ans≤T / (ans + ab)' },
  SL4: { ja: '時間内応答 ÷ (応答 + 時間超過の放棄)', en: 'ans≤T / (ans + ab>T)' },
  SL5: { ja: '(時間内応答 + 短時間放棄) ÷ (応答 + 放棄)', en: '(ans≤T + ab≤s) / (ans + ab)' },
  SL6: { ja: '時間内応答 ÷ (応答 + 放棄 − 短時間放棄)', en: 'ans≤T / (ans + ab − ab≤s)' },
};

/**
 * Counts calls for the service levels. Both limits belong to the good side: a call answered at exactly T counts.
 * @param thresholdMs T
 * @param shortMs s
 */
export function countService(calls: Iterable<ServedCall>, thresholdMs: number, shortMs: number): ServiceCounts {
  const counts: ServiceCounts = { answered: 0, abandoned: 0, answeredWithin: 0, abandonedWithin: 0, abandonedShort: 0 };
  for (const { outcome, waitMs } of calls) {
    if (outcome === 'answered') {
      counts.answered += 1;
      if (waitMs <= thresholdMs) counts.answeredWithin += 1;
      continue;
    }
    counts.abandoned += 1;
    if (waitMs <= thresholdMs) counts.abandonedWithin += 1;
    if (waitMs <= shortMs) counts.abandonedShort += 1;
  }
  return counts;
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** All six service levels, 0 .. 1; null where the formula has no calls to speak of. */
export function serviceLevels(counts: ServiceCounts): Record<ServiceLevelId, number | null> {
  const { answered, abandoned, answeredWithin, abandonedWithin, abandonedShort } = counts;
  const offered = answered + abandoned;
  return {
    SL1: share(answeredWithin + abandonedWithin, offered),
    SL2: share(answeredWithin, answered),
    SL3: share(answeredWithin, offered),
    SL4: share(answeredWithin, answered + abandoned - abandonedWithin),
    SL5: share(answeredWithin + abandonedShort, offered),
    SL6: share(answeredWithin, offered - abandonedShort),
  };
}
