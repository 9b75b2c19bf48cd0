/** One check as a pure machine: samples come in, verdicts and alarms go out. */
import type { Verdict, VerdictReason } from '../../../shared/api/monitoring.ts';
import type { CheckRule } from './check-rules.ts';

/** A verdict must hold for so many samples before it counts: 30 s at a sample every 10 s. */
const SAMPLES_TO_BELIEVE = 3;

/** What is usual is learned over about so many samples (5 minutes), and known after as many. */
const USUAL_SAMPLES = 30;

/** A sudden change is so many times as far from the usual value as values commonly are. */
const SUDDEN_TIMES = 6;

interface Judgement {
  verdict: Verdict;
  reason: VerdictReason | null;
}

export interface CheckState extends Judgement {
  /** Null = not read yet, or cannot be read. */
  value: number | null;
  /** Wall time at which the verdict began, ms since the epoch; null = never looked at. */
  sinceWall: number | null;
  /** What the newest samples say, when it is not the verdict. */
  pending: (Judgement & { samples: number; firstWall: number }) | null;
  /** Running mean and mean distance from it. */
  usual: { mean: number; distance: number; samples: number };
}

export interface CheckChange extends Judgement {
  before: Verdict;
  value: number | null;
  atWall: number;
}

export const newCheck = (): CheckState => ({
  verdict: 'unknown',
  reason: null,
  value: null,
  sinceWall: null,
  pending: null,
  usual: { mean: 0, distance: 0, samples: 0 },
});

const passes = (value: number, bound: number | null, lowIsBad: boolean): boolean => bound !== null && (lowIsBad ? value <= bound : value >= bound);

function isSudden({ sudden }: CheckRule, { usual }: CheckState, value: number): boolean {
  if (sudden === null || usual.samples < USUAL_SAMPLES) return false;
  return Math.abs(value - usual.mean) > Math.max(sudden, usual.distance * SUDDEN_TIMES);
}

function judge(rule: CheckRule, state: CheckState, value: number | null): Judgement {
  if (value === null) return { verdict: 'fault', reason: 'unreadable' };
  if (passes(value, rule.fault, rule.lowIsBad)) return { verdict: 'fault', reason: 'bound' };
  if (passes(value, rule.note, rule.lowIsBad)) return { verdict: 'note', reason: 'bound' };
  return isSudden(rule, state, value) ? { verdict: 'note', reason: 'change' } : { verdict: 'ok', reason: null };
}

/** What is usual follows the values, quickly at first: a change is news for some minutes, then it is how things are. */
function learn(usual: CheckState['usual'], value: number | null): CheckState['usual'] {
  if (value === null) return usual;
  const samples = Math.min(usual.samples + 1, USUAL_SAMPLES);
  const weight = 1 / samples;
  const distance = usual.distance + (Math.abs(value - usual.mean) - usual.distance) * weight;
  return { mean: usual.mean + (value - usual.mean) * weight, distance: usual.samples === 0 ? 0 : distance, samples };
}

/**
 * Takes one sample.
 * @param value in the rule's unit; null = could not be read
 * @param wall ms since the epoch, for people
 * @returns the check after it, and the change of verdict when there was one; the first verdict is a change only when it is bad
 */
export function observe(rule: CheckRule, state: CheckState, value: number | null, wall: number): { state: CheckState; change: CheckChange | null } {
  const found = judge(rule, state, value);
  const next = { ...state, value, usual: learn(state.usual, value) };
  if (found.verdict === state.verdict && found.reason === state.reason) return { state: { ...next, pending: null }, change: null };
  const goesOn = state.pending?.verdict === found.verdict && state.pending.reason === found.reason;
  const pending = { ...found, samples: goesOn ? (state.pending?.samples ?? 0) + 1 : 1, firstWall: goesOn ? (state.pending?.firstWall ?? wall) : wall };
  // What is good at the first look needs no confirmation.
  const isFirst = state.verdict === 'unknown' && found.verdict === 'ok';
  if (pending.samples < SAMPLES_TO_BELIEVE && !isFirst) return { state: { ...next, pending }, change: null };
  const changed: CheckState = { ...next, ...found, pending: null, sinceWall: pending.firstWall };
  return { state: changed, change: isFirst ? null : { ...found, before: state.verdict, value, atWall: wall } };
}
