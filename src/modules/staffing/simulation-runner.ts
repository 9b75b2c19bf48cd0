import type { Simulation, SimulationRequest } from '../../../shared/api/simulations.ts';
import type { RoutingConfig } from '../telephony/tenant-config.ts';
import type { DayHistory } from './history.service.ts';

/** What a forecast says of a day that is to be made up. Times in ms. */
export interface ForecastDay {
  routing: RoutingConfig;
  intervalMs: number;
  arrivals: readonly number[];
  talkMs: number;
  wrapUpMs: number;
  ringMs: number;
  patienceMs: number | null;
  /** How many past days it rests on. */
  days: number;
}

/** One simulation as plain data, for another thread. */
export interface SimulationJob {
  request: SimulationRequest;
  thresholdMs: number;
  shortMs: number;
  /** The day to replay, or the forecast of the day to make up. */
  material: { kind: 'history'; history: DayHistory } | { kind: 'forecast'; forecast: ForecastDay };
}

export type SimulationFigures = NonNullable<Simulation['result']>;

/** Told of a simulation; `done` or `failed` comes once, and nothing after it. */
export interface SimulationListener {
  /** 0 .. 1. */
  progress(share: number): void;
  done(figures: SimulationFigures): void;
  /** One English sentence. */
  failed(reason: string): void;
}

/** Lives through simulations elsewhere than in the thread of calls. @returns stops it; then nothing is told any more */
export type SimulationRunner = (job: SimulationJob, listener: SimulationListener) => () => void;
