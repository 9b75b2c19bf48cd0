import type { ForecastDay, SimulationFigures, SimulationJob } from '../modules/staffing/simulation-runner.ts';
import type { DayHistory } from '../modules/staffing/history.service.ts';
import { liveThrough } from './day.ts';
import type { Outcome } from './outcome.ts';
import { plannedScenario } from './plan.ts';
import { actualOutcome, replayScenario, type Changes } from './replay.ts';
import type { Scenario } from './scenario.ts';

/** Lives through both days, the first half of the progress being the unchanged one. */
function bothDays(unchanged: Scenario, changed: Scenario, queueId: string, onProgress: (share: number) => void): { unchanged: Outcome; changed: Outcome } {
  const live = (scenario: Scenario, begin: number): Outcome => {
    const { queues } = liveThrough(scenario, (share) => onProgress(begin + share / 2));
    const queue = queues.find((each) => each.queueId === queueId);
    if (!queue) throw new Error('The queue is not configured any more.');
    return queue.outcome;
  };
  return { unchanged: live(unchanged, 0), changed: live(changed, 0.5) };
}

function replayed({ request, shortMs, thresholdMs }: SimulationJob, history: DayHistory, onProgress: (share: number) => void): SimulationFigures {
  const { queueId, seed } = request;
  const changes: Changes = { queueId, staff: request.staff, handle: request.handlePercent / 100, volume: request.volumePercent / 100 };
  const unchanged = replayScenario(history, { changes: { queueId, staff: 0, handle: 1, volume: 1 }, seed, shortMs });
  const changed = replayScenario(history, { changes, seed, shortMs });
  return {
    actual: actualOutcome(history, queueId, shortMs),
    ...bothDays(unchanged.scenario, changed.scenario, queueId, onProgress),
    notes: unchanged.notes,
    assumed: null,
    thresholdMs,
    shortMs,
  };
}

function planned({ request, shortMs, thresholdMs }: SimulationJob, forecast: ForecastDay, onProgress: (share: number) => void): SimulationFigures {
  const { queueId, seed, agents } = request;
  const base = { ...forecast, queueId, seed, shortMs, agents };
  const [handle, volume] = [request.handlePercent / 100, request.volumePercent / 100];
  const changed = { ...base, talkMs: forecast.talkMs * handle, wrapUpMs: forecast.wrapUpMs * handle, arrivals: forecast.arrivals.map((calls) => calls * volume) };
  const { talkMs, wrapUpMs, patienceMs, days } = forecast;
  return {
    actual: null,
    ...bothDays(plannedScenario(base), plannedScenario(changed), queueId, onProgress),
    notes: null,
    assumed: { talkMs, wrapUpMs, patienceMs, days },
    thresholdMs,
    shortMs,
  };
}

/** Does a job here and now. @param onProgress told how far it is, 0 .. 1 */
export function runJob(job: SimulationJob, onProgress: (share: number) => void = () => undefined): SimulationFigures {
  const { material } = job;
  return material.kind === 'history' ? replayed(job, material.history, onProgress) : planned(job, material.forecast, onProgress);
}
