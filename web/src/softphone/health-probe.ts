import type { Line } from './line.ts';
import { readLineStats, type StatsCounters } from './line-stats.ts';
import { type Microphone, microphoneReport } from './microphone.ts';

/** What the server is told every few seconds; it stops offering calls to a desk that is not well or says nothing. */
export interface HealthReport {
  microphone: 'ok' | 'refused' | 'missing' | 'muted';
  roundTripMs: number | null;
  lossPercent: number | null;
}

const EVERY_MS = 5_000;

/** Measures microphone and line every five seconds and at once when the microphone changes. */
export class HealthProbe {
  readonly #microphone: Microphone;
  readonly #line: Line;
  readonly #report: (report: HealthReport) => void;
  #counters: StatsCounters = { received: 0, lost: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: (() => void) | null = null;

  constructor(microphone: Microphone, line: Line, report: (report: HealthReport) => void) {
    this.#microphone = microphone;
    this.#line = line;
    this.#report = report;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.measure(), EVERY_MS);
    this.#unsubscribe = this.#microphone.subscribe(() => void this.measure());
    void this.measure();
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Measures once and reports. */
  async measure(): Promise<void> {
    const stats = await this.#line.stats()?.catch(() => null);
    const figures = readLineStats((stats?.values() ?? []) as Iterable<Record<string, unknown>>, this.#counters);
    this.#counters = figures.counters;
    const { roundTripMs, lossPercent } = figures;
    this.#report({ microphone: microphoneReport(this.#microphone.state), roundTripMs, lossPercent });
  }
}
