import { SERVICE_LEVELS, SERVICE_LEVEL_FORMULAS } from '../../shared/metrics/service-level.ts';
import { systemClock } from '../lib/clock.ts';
import { invalid, notFound } from '../lib/errors.ts';
import { dayOf } from '../modules/support/japan-days.ts';
import { readDayHistory } from '../modules/staffing/history.service.ts';
import type { SimulationFigures, SimulationJob } from '../modules/staffing/simulation-runner.ts';
import { runJob } from '../simulate/job.ts';
import { print, table } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** Options of `scc replay`, with their defaults. */
export const REPLAY_OPTIONS = {
  staff: { default: '0', help: 'agents more, or fewer when below 0, than there were in the queue' },
  handle: { default: '100', help: 'talk and wrap-up time, per cent of what it was' },
  volume: { default: '100', help: 'calls, per cent of what came' },
  short: { default: '5', help: 'limit of a short abandon s, seconds' },
  seed: { default: '1', help: 'any integer from 0; equal seeds draw equally' },
} as const;

/** Name of an option, as after `--`. */
export type ReplayOption = keyof typeof REPLAY_OPTIONS;

function number(given: Partial<Record<ReplayOption, string>>, name: ReplayOption, least: number, most: number): number {
  const text = given[name] ?? REPLAY_OPTIONS[name].default;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= least && value <= most)) throw invalid(`--${name} must be between ${least} and ${most}, not "${text}".`, { option: name });
  return value;
}

const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(2)} %`);
const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`);

type Column = NonNullable<SimulationFigures['actual']>;

function figuresTable({ actual, unchanged, changed }: SimulationFigures): string[] {
  const columns = [...(actual ? [actual] : []), unchanged, changed];
  const row = (label: string, of: (column: Column) => string): string[] => [label, ...columns.map(of)];
  return table([
    ['', ...(actual ? ['ACTUAL'] : []), 'SIMULATED', 'CHANGED'],
    row('Calls offered', ({ offered }) => String(offered)),
    row('Answered', ({ counts }) => String(counts.answered)),
    row('Abandoned', ({ counts, abandonRate }) => `${counts.abandoned} (${percent(abandonRate)})`),
    row('Sent away', ({ flowOut }) => String(flowOut)),
    ...SERVICE_LEVELS.map((id) => row(`${id} ${SERVICE_LEVEL_FORMULAS[id].en}`, ({ serviceLevels }) => percent(serviceLevels[id]))),
    row('ASA', ({ asaMs }) => seconds(asaMs)),
    row('Longest wait', ({ longestWaitMs }) => seconds(longestWaitMs)),
    row('Most waiting', ({ mostWaiting }) => String(mostWaiting)),
    row('Occupancy', ({ occupancy }) => percent(occupancy)),
  ]);
}

function noteLines({ notes }: SimulationFigures): string[] {
  if (!notes) return [];
  const patience = notes.meanPatienceMs === null ? 'nobody ever gave up, so callers wait for ever' : `drawn, exponential beyond the wait that is known, mean ${seconds(notes.meanPatienceMs)} (28 days)`;
  return [
    'What the history cannot tell:',
    `  patience: known of ${notes.patienceKnown} who gave up; of ${notes.patienceCensored} only that they waited as long as they did; the rest is ${patience}`,
    `  handle time of calls not answered: ${notes.drawnHandleTimes} drawn from those answered, ${notes.assumedHandleTimes} assumed (180 s)`,
    '  routing is the one configured now; priority, preferred agents, callbacks and emergency switches of that day are not replayed',
    ...(notes.missingAgents > 0 ? [`  ${notes.missingAgents} agents of that day take no calls any more and are left out`] : []),
  ];
}

/** `scc replay`: a day lived through again, beside what it really was. @throws AppError `not_found`, `invalid` */
export async function replayCommand(of: { tenant: string; queue: string; day: string }, given: Partial<Record<ReplayOption, string>>): Promise<void> {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(of.day) || of.day >= dayOf(systemClock.wall())) throw invalid('--day must be a day that is over, as YYYY-MM-DD.', { option: 'day' });
  const history = await withDatabase(async (database) => database.withTenant(await tenantIdOf(database, of.tenant), cliActor, (tx) => readDayHistory(tx, of.day)));
  const queue = history.routing.queues.find(({ code }) => code === of.queue);
  if (!queue) throw notFound('queue');
  const job: SimulationJob = {
    request: {
      queueId: queue.id,
      source: 'history',
      day: of.day,
      staff: Math.round(number(given, 'staff', -500, 500)),
      agents: 0,
      handlePercent: number(given, 'handle', 10, 500),
      volumePercent: number(given, 'volume', 0, 500),
      seed: Math.floor(number(given, 'seed', 0, 2_147_483_647)),
    },
    thresholdMs: queue.serviceLevelMs,
    shortMs: number(given, 'short', 0, 600) * 1000,
    material: { kind: 'history', history },
  };
  const figures = runJob(job);
  print(`${of.day}, queue ${queue.name}: T = ${seconds(figures.thresholdMs)}, s = ${seconds(figures.shortMs)}.`);
  for (const line of [...figuresTable(figures), ...noteLines(figures)]) print(line);
}
