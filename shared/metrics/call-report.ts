import type { TwoTexts } from '../two-texts.ts';
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

export type MetricUnit = 'count' | 'ratio' | 'ms';

/** One column of a report: its name, how it is made, and which calls are behind it. */
export interface MetricDefinition {
  id: string;
  unit: MetricUnit;
  label: TwoTexts;
  /** As people read it; a figure is never shown without. */
  formula: TwoTexts;
  /** The calls listed when somebody asks where the figure comes from. */
  behind: CallCount;
  value: (tally: CallTally) => number | null;
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const count = (id: CallCount, ja: string, en: string, formula: TwoTexts): MetricDefinition => ({
  id,
  unit: 'count',
  label: { ja, en },
  formula,
  behind: id,
  value: (tally) => tally[id],
});

const mean = (id: string, ja: string, en: string, formula: TwoTexts, sum: (tally: CallTally) => number, behind: CallCount): MetricDefinition => ({
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
  count('offered', '着信件数 (キュー)', 'Offered', { ja: 'キューに入り、終了した着信', en: 'queued inbound calls that have ended' }),
  count('answered', '応答件数', 'Answered', { ja: '着信件数 (キュー) のうちオペレーターが応答したもの', en: 'offered calls that an agent answered' }),
  count('abandoned', '放棄呼', 'Abandoned', { ja: '着信件数 (キュー) のうち応答前に発信者が切断したもの', en: 'offered calls whose caller hung up before an answer' }),
  count('flowOut', 'あふれ呼', 'Flowed out', { ja: '着信件数 (キュー) のうち応答・放棄以外でキューを出たもの (あふれ、留守番電話、障害)', en: 'offered calls that left the queue otherwise: overflow, voicemail, failure' }),
  { id: 'answerRate', unit: 'ratio', label: { ja: '応答率', en: 'Answer rate' }, formula: { ja: '応答件数 ÷ 着信件数', en: 'ans / offered' }, behind: 'answered', value: (tally) => share(tally.answered, tally.offered) },
  { id: 'abandonRate', unit: 'ratio', label: { ja: '放棄呼率', en: 'Abandon rate' }, formula: { ja: '放棄呼 ÷ 着信件数', en: 'ab / offered' }, behind: 'abandoned', value: (tally) => share(tally.abandoned, tally.offered) },
  count('abandonedShort', '短時間放棄', 'Short abandons', { ja: '短時間放棄の基準以内に切断した放棄呼', en: 'ab≤s' }),
  count('answeredWithin', '時間内応答', 'Answered in time', { ja: 'サービスレベルの基準時間以内の応答', en: 'ans≤T' }),
  count('abandonedWithin', '時間内放棄', 'Abandoned in time', { ja: 'サービスレベルの基準時間以内の放棄', en: 'ab≤T' }),
  ...SERVICE_LEVELS.map(serviceLevel),
  mean('asa', '平均応答時間 (ASA)', 'Average speed of answer (ASA)', { ja: '応答した呼のキュー待ち時間の合計 ÷ 応答件数 (フロー内の時間を除く)', en: 'Σ wait in queue of answered / ans; without time in the flow' }, (tally) => tally.answeredWaitMs, 'answered'),
  mean('abandonWait', '放棄までの平均時間', 'Mean wait of abandoned', { ja: '放棄呼のキュー待ち時間の合計 ÷ 放棄呼', en: 'Σ wait in queue of abandoned / ab' }, (tally) => tally.abandonedWaitMs, 'abandoned'),
  { id: 'longestWait', unit: 'ms', label: { ja: '最長待ち時間', en: 'Longest wait' }, formula: { ja: 'キュー待ち時間の最大値', en: 'max wait in queue' }, behind: 'offered', value: (tally) => (tally.offered > 0 ? tally.longestWaitMs : null) },
  mean('att', '平均通話時間 (ATT)', 'Average talk time (ATT)', { ja: '通話時間の合計 ÷ 応答件数', en: 'Σ talk / ans' }, (tally) => tally.talkMs, 'answered'),
  mean('hold', '平均保留時間', 'Average hold time', { ja: '保留時間の合計 ÷ 応答件数', en: 'Σ hold / ans' }, (tally) => tally.holdMs, 'answered'),
  mean('acw', '平均後処理時間 (ACW)', 'Average after-call work (ACW)', { ja: '後処理時間の合計 ÷ 応答件数', en: 'Σ after-call work / ans' }, (tally) => tally.wrapUpMs, 'answered'),
  mean('aht', '平均処理時間 (AHT)', 'Average handling time (AHT)', { ja: '(通話 + 保留 + 後処理 − 別の通話を処理中だった保留) の合計 ÷ 応答件数', en: '(Σ talk + Σ hold + Σ after-call work − Σ hold while the agent’s work was in another call) / ans' }, (tally) => tally.talkMs + tally.holdMs + tally.wrapUpMs - tally.asideMs, 'answered'),
  count('ivrAbandoned', 'IVR放棄呼', 'Abandoned in the flow', { ja: 'キューに入る前に発信者が切断した着信', en: 'inbound calls whose caller hung up before any queue' }),
  count('selfService', '自動応答のみ', 'Self service', { ja: 'フローだけで完了した着信、または伝言が残された着信', en: 'inbound calls that the flow served to its end, or a message was left' }),
  count('outbound', '発信件数', 'Outbound', { ja: 'オペレーターが発信した呼', en: 'calls that agents dialled' }),
  count('outboundAnswered', '発信の応答件数', 'Outbound answered', { ja: 'オペレーターが発信し、相手が応答した呼', en: 'calls that agents dialled and the other side answered' }),
  count('wrappedUp', '応対結果あり', 'With wrap-up code', { ja: '応対結果が登録された呼', en: 'calls with a wrap-up code' }),
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
