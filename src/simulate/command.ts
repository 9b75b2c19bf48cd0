import { erlangA, erlangC } from '../../shared/metrics/erlang.ts';
import { SERVICE_LEVEL_FORMULAS, SERVICE_LEVELS } from '../../shared/metrics/service-level.ts';
import { invalid } from '../lib/errors.ts';
import { simulate, type GeneratedDay } from './generate.ts';
import type { Outcome } from './outcome.ts';

const HALF_HOUR_MS = 30 * 60 * 1000;

/** Options of `scc simulate`, with their defaults; times in seconds. */
export const SIMULATE_OPTIONS = {
  calls: { default: '100', help: 'expected calls per half hour; one value, or a list such as 40,80,120' },
  agents: { default: '12', help: 'agents on duty; one value, or a list, one per half hour' },
  'half-hours': { default: '18', help: 'length of the day in half hours, when calls is one value' },
  talk: { default: '180', help: 'mean talk time, seconds (exponential)' },
  'wrap-up': { default: '0', help: 'after-call work, seconds (constant)' },
  ring: { default: '0', help: 'ringing until an agent answers, seconds' },
  patience: { default: '120', help: 'mean patience of callers, seconds (exponential), or none' },
  threshold: { default: '20', help: 'service level threshold T, seconds' },
  short: { default: '5', help: 'limit of a short abandon s, seconds' },
  days: { default: '1', help: 'how many such days to live through' },
  'max-wait': { default: '0', help: 'a caller who waits longer leaves the queue, seconds; 0 = never' },
  'max-length': { default: '0', help: 'with so many waiting no further caller is let in; 0 = no limit' },
  'callback-after': { default: '60', help: 'a callback is offered after so long, seconds' },
  'callback-share': { default: '0', help: 'share of the callers who take it, 0 to 1' },
  seed: { default: '1', help: 'any integer; equal seeds give equal days' },
} as const;

/** Name of an option, as after `--`. */
export type SimulateOption = keyof typeof SIMULATE_OPTIONS;

/** Longest day and largest staff worked on: keeps a slip of the finger from filling the memory. */
const MOST_INTERVALS = 100_000;
const MOST_AGENTS = 5000;
const MOST_CALLS = 5_000_000;

function numbers(name: SimulateOption, text: string, least: number, most: number): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (values.some((value) => !Number.isFinite(value) || value < least || value > most)) {
    throw invalid(`--${name} must be between ${least} and ${most}, not "${text}".`, { option: name });
  }
  return values;
}

/**
 * Reads the options.
 * @throws AppError `invalid` naming the option
 */
export function readSimulateOptions(given: Partial<Record<SimulateOption, string>>): GeneratedDay {
  const text = (name: SimulateOption): string => given[name] ?? SIMULATE_OPTIONS[name].default;
  const list = (name: SimulateOption, least: number, most: number): number[] => numbers(name, text(name), least, most);
  const one = (name: SimulateOption, least: number, most: number): number => {
    const values = list(name, least, most);
    if (values.length !== 1) throw invalid(`--${name} takes one value.`, { option: name });
    return values[0] ?? least;
  };
  const seconds = (name: SimulateOption, least = 0): number => one(name, least, 86_400) * 1000;
  const calls = list('calls', 0, 1_000_000);
  const staff = list('agents', 0, MOST_AGENTS).map(Math.floor);
  const halfHours = Math.floor(one('half-hours', 1, MOST_INTERVALS));
  const day = calls.length > 1 ? calls : Array.from({ length: halfHours }, () => calls[0] ?? 0);
  const days = Math.floor(one('days', 1, 10_000));
  if (day.length * days > MOST_INTERVALS) throw invalid('That is too long a time.', { option: 'days' });
  if (day.reduce((sum, expected) => sum + expected, 0) * days > MOST_CALLS) {
    throw invalid(`That is more than ${MOST_CALLS} calls.`, { option: 'calls' });
  }
  const repeat = <T>(values: readonly T[]): T[] => Array.from({ length: days }, () => values).flat();
  const callbackShare = one('callback-share', 0, 1);
  const staffOfDay = day.map((_, index) => staff[Math.min(index, staff.length - 1)] ?? 0);
  return {
    seed: Math.floor(one('seed', -(2 ** 31), 2 ** 31 - 1)),
    intervalMs: HALF_HOUR_MS,
    arrivals: repeat(day),
    staff: repeat(staffOfDay),
    talkMs: seconds('talk', 0.001),
    wrapUpMs: seconds('wrap-up'),
    ringMs: seconds('ring'),
    patienceMs: text('patience') === 'none' ? null : seconds('patience', 0.001),
    thresholdMs: seconds('threshold'),
    shortMs: seconds('short'),
    maxWaitMs: seconds('max-wait'),
    maxLength: Math.floor(one('max-length', 0, 1_000_000)),
    callbacks: callbackShare > 0 ? { afterMs: seconds('callback-after'), share: callbackShare } : null,
  };
}

const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(2)} %`);
const inSeconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(2)} s`);
const line = (label: string, value: string, note = ''): string => `  ${label.padEnd(22)}${value.padStart(12)}  ${note}`.trimEnd();

/** The formulas' view of the same load; only where they apply, that is with equal half hours. */
function theory(params: GeneratedDay): string[] {
  const expected = params.arrivals[0] ?? 0;
  const agents = params.staff[0] ?? 0;
  const same = (values: readonly number[], first: number): boolean => values.every((value) => value === first);
  const steady = same(params.arrivals, expected) && same(params.staff, agents);
  if (!steady || expected === 0) return [];
  const handlingTime = params.talkMs + params.wrapUpMs + params.ringMs;
  const load = { arrivalRate: expected / params.intervalMs, handlingTime, agents };
  const lines = ['', 'Formulas for the same load (steady state):'];
  const c = erlangC(load, params.thresholdMs);
  lines.push(
    c === null
      ? line('Erlang C', 'no balance', 'more load than agents: without impatience the queue would grow for ever')
      : line('Erlang C', percent(c.serviceLevel), `service level; ASA ${inSeconds(c.asa)}; callers never give up`),
  );
  if (params.patienceMs !== null) {
    const a = erlangA(load, params.patienceMs);
    const note = `abandoned; delayed ${percent(a.waits)}; mean wait ${inSeconds(a.meanWait)}`;
    lines.push(line('Erlang A', percent(a.abandons), note));
  }
  return lines;
}

function report(params: GeneratedDay, result: Outcome): string {
  const { counts } = result;
  const patience = params.patienceMs === null ? 'endless' : `${inSeconds(params.patienceMs)} on average, which is an assumption`;
  return [
    `Simulated ${params.arrivals.length} half hours through the router (seed ${params.seed}).`,
    `Patience of callers: ${patience}. T = ${inSeconds(params.thresholdMs)}, s = ${inSeconds(params.shortMs)}.`,
    '',
    line('Calls offered', String(result.offered)),
    line('Answered', String(counts.answered)),
    line('Abandoned', String(counts.abandoned), percent(result.abandonRate)),
    ...(result.flowOut > 0 ? [line('Sent away', String(result.flowOut), 'by the longest wait or the most waiting')] : []),
    ...(result.callbacks > 0 ? [line('Took a callback', String(result.callbacks), `${result.calledBack} of them called back; which callers do is an assumption`)] : []),
    ...SERVICE_LEVELS.map((id) => line(id, percent(result.serviceLevels[id]), SERVICE_LEVEL_FORMULAS[id].en)),
    line('ASA', inSeconds(result.asaMs), 'mean wait of answered calls, ringing included'),
    line('Mean wait', inSeconds(result.meanWaitMs), 'of all calls'),
    line('Longest wait', inSeconds(result.longestWaitMs)),
    line('Delayed', percent(result.delayed), 'no agent free at once'),
    line('Most waiting', String(result.mostWaiting)),
    line('Occupancy', percent(result.occupancy), '(talk + wrap-up) / (talk + wrap-up + available idle)'),
    ...theory(params),
  ].join('\n');
}

/**
 * `scc simulate`: what the options say, lived through and put in words.
 * @throws AppError `invalid` naming the option that is wrong
 */
export function simulateCommand(options: Partial<Record<SimulateOption, string>>): string {
  const params = readSimulateOptions(options);
  return report(params, simulate(params));
}
