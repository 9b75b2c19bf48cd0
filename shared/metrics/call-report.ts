import { SERVICE_LEVEL_FORMULAS, SERVICE_LEVELS, serviceLevels, type ServiceLevelId } from './service-level.ts';

/**
 * Countable kinds of calls. Each is a condition on one call, so that every count of a report can be opened as the list of its
 * calls; `src/modules/reports/call-conditions.ts` says the same conditions in SQL.
 */
export const CALL_COUNTS = [
  'offered',
  'answered',
  'abandoned',
  'flowOut',
  'answeredWithin',
  'abandonedWithin',
  'abandonedShort',
  'selfService',
  'ivrAbandoned',
  'outbound',
  'outboundAnswered',
  'wrappedUp',
] as const;

/** Name of a count. */
export type CallCount = (typeof CALL_COUNTS)[number];

/** Sums of durations over calls, ms. */
export const CALL_SUMS = ['answeredWaitMs', 'abandonedWaitMs', 'talkMs', 'holdMs', 'asideMs', 'wrapUpMs'] as const;
export type CallSum = (typeof CALL_SUMS)[number];

/** What the database counts and adds up for one line of a report; every figure of the line is made of these. */
export type CallTally = Record<CallCount | CallSum | 'longestWaitMs', number>;

/** A text in both languages of the product. */
export interface TwoTexts {
  ja: string;
  en: string;
}

export type MetricUnit = 'count' | 'ratio' | 'ms';

/** One column of a report: its name, how it is made, and which calls are behind it. */
export interface MetricDefinition {
  id: string;
  unit: MetricUnit;
  label: TwoTexts;
  /** As people read it; a figure is never shown without. */
  formula: string;
  /** The calls listed when somebody asks where the figure comes from. */
  behind: CallCount;
  value: (tally: CallTally) => number | null;
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const count = (id: CallCount, ja: string, en: string, formula: string): MetricDefinition => ({
  id,
  unit: 'count',
  label: { ja, en },
  formula,
  behind: id,
  value: (tally) => tally[id],
});

const mean = (id: string, ja: string, en: string, formula: string, sum: (tally: CallTally) => number, behind: CallCount): MetricDefinition => ({
  id,
  unit: 'ms',
  label: { ja, en },
  formula,
  behind,
  value: (tally) => share(sum(tally), tally[behind]),
});

const SERVICE_LEVEL_NOTES: Readonly<Record<ServiceLevelId, TwoTexts>> = {
  SL1: { ja: 'サービスレベル SL1 (放棄も時間内なら達成)', en: 'Service level SL1 (abandons in time count as met)' },
  SL2: { ja: 'サービスレベル SL2 (放棄を除く)', en: 'Service level SL2 (without abandons)' },
  SL3: { ja: 'サービスレベル SL3 (放棄はすべて未達)', en: 'Service level SL3 (every abandon is a miss)' },
  SL4: { ja: 'サービスレベル SL4 (時間内の放棄を除く)', en: 'Service level SL4 (without abandons in time)' },
  SL5: { ja: 'サービスレベル SL5 (短時間放棄は達成)', en: 'Service level SL5 (short abandons count as met)' },
  SL6: { ja: 'サービスレベル SL6 (短時間放棄を除く)', en: 'Service level SL6 (without short abandons)' },
};

const serviceLevel = (id: ServiceLevelId): MetricDefinition => ({
  id,
  unit: 'ratio',
  label: SERVICE_LEVEL_NOTES[id],
  formula: SERVICE_LEVEL_FORMULAS[id],
  behind: 'answeredWithin',
  value: (tally) => serviceLevels(tally)[id],
});

/**
 * The columns of the call report in their order. Calls belong to the interval in which they began to wait in the queue, and
 * those that never did to the one in which they began.
 */
export const CALL_METRICS: readonly MetricDefinition[] = [
  count('offered', '着信件数 (キュー)', 'Offered', 'queued inbound calls that have ended'),
  count('answered', '応答件数', 'Answered', 'offered calls that an agent answered'),
  count('abandoned', '放棄呼', 'Abandoned', 'offered calls whose caller hung up before an answer'),
  count('flowOut', 'あふれ呼', 'Flowed out', 'offered calls that left the queue otherwise: overflow, voicemail, failure'),
  { id: 'answerRate', unit: 'ratio', label: { ja: '応答率', en: 'Answer rate' }, formula: 'ans / offered', behind: 'answered', value: (tally) => share(tally.answered, tally.offered) },
  { id: 'abandonRate', unit: 'ratio', label: { ja: '放棄呼率', en: 'Abandon rate' }, formula: 'ab / offered', behind: 'abandoned', value: (tally) => share(tally.abandoned, tally.offered) },
  count('abandonedShort', '短時間放棄', 'Short abandons', 'ab≤s'),
  count('answeredWithin', '時間内応答', 'Answered in time', 'ans≤T'),
  count('abandonedWithin', '時間内放棄', 'Abandoned in time', 'ab≤T'),
  ...SERVICE_LEVELS.map(serviceLevel),
  mean('asa', '平均応答時間 (ASA)', 'Average speed of answer (ASA)', 'Σ wait in queue of answered / ans; without time in the flow', (tally) => tally.answeredWaitMs, 'answered'),
  mean('abandonWait', '放棄までの平均時間', 'Mean wait of abandoned', 'Σ wait in queue of abandoned / ab', (tally) => tally.abandonedWaitMs, 'abandoned'),
  { id: 'longestWait', unit: 'ms', label: { ja: '最長待ち時間', en: 'Longest wait' }, formula: 'max wait in queue', behind: 'offered', value: (tally) => (tally.offered > 0 ? tally.longestWaitMs : null) },
  mean('att', '平均通話時間 (ATT)', 'Average talk time (ATT)', 'Σ talk / ans', (tally) => tally.talkMs, 'answered'),
  mean('hold', '平均保留時間', 'Average hold time', 'Σ hold / ans', (tally) => tally.holdMs, 'answered'),
  mean('acw', '平均後処理時間 (ACW)', 'Average after-call work (ACW)', 'Σ after-call work / ans', (tally) => tally.wrapUpMs, 'answered'),
  mean('aht', '平均処理時間 (AHT)', 'Average handling time (AHT)', '(Σ talk + Σ hold + Σ after-call work − Σ hold while the agent’s work was in another call) / ans', (tally) => tally.talkMs + tally.holdMs + tally.wrapUpMs - tally.asideMs, 'answered'),
  count('ivrAbandoned', 'IVR放棄呼', 'Abandoned in the flow', 'inbound calls whose caller hung up before any queue'),
  count('selfService', '自動応答のみ', 'Self service', 'inbound calls that the flow served to its end, or a message was left'),
  count('outbound', '発信件数', 'Outbound', 'calls that agents dialled'),
  count('outboundAnswered', '発信の応答件数', 'Outbound answered', 'calls that agents dialled and the other side answered'),
  count('wrappedUp', '応対結果あり', 'With wrap-up code', 'calls with a wrap-up code'),
];

/** A tally of no calls. */
export const emptyTally = (): CallTally => Object.fromEntries([...CALL_COUNTS, ...CALL_SUMS, 'longestWaitMs'].map((name) => [name, 0])) as CallTally;

/** The tally of several lines together. */
export function addTallies(tallies: Iterable<CallTally>): CallTally {
  const total = emptyTally();
  for (const tally of tallies) {
    for (const name of [...CALL_COUNTS, ...CALL_SUMS]) total[name] += tally[name];
    total.longestWaitMs = Math.max(total.longestWaitMs, tally.longestWaitMs);
  }
  return total;
}

/** Every figure of a line by metric id; null where the formula has no calls to speak of. */
export const callFigures = (tally: CallTally): Record<string, number | null> => Object.fromEntries(CALL_METRICS.map((metric) => [metric.id, metric.value(tally)]));
