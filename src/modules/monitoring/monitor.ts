/** Looks at everything every 10 s, keeps what was seen, and raises alarms (CLD.12.4.5). */
import type { Alarm, CheckId, CheckView } from '../../../shared/api/monitoring.ts';
import { CHECK_IDS } from '../../../shared/api/monitoring.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { startRounds } from '../../lib/rounds.ts';
import { CHECK_RULES } from './check-rules.ts';
import type { Figures, Probe } from './probes.ts';
import { newCheck, observe, type CheckChange, type CheckState } from './watch.ts';

const EVERY_MS = 10_000;
/** A probe that takes longer found nothing. */
const PROBE_LIMIT_MS = 5_000;
/** The trend has a value for every so many samples: one a minute. */
const TREND_EVERY = 6;
const TREND_LENGTH = 60;

export interface MonitorDeps {
  clock: Clock;
  logger: Logger;
  probes: readonly Probe[];
  onAlarm(alarm: Alarm): void;
  /** After each round; the next one waits for it. */
  onRound(): Promise<void>;
}

export class Monitor {
  readonly #deps: MonitorDeps;
  readonly #states = new Map<CheckId, CheckState>(CHECK_IDS.map((id) => [id, newCheck()]));
  readonly #trends = new Map<CheckId, (number | null)[]>(CHECK_IDS.map((id) => [id, []]));
  #rounds = 0;
  #ended = false;
  #stop = (): Promise<void> => Promise.resolve();

  constructor(deps: MonitorDeps) {
    this.#deps = deps;
  }

  /** Looks at once, then 10 s after each round. */
  start(): void {
    const { clock, logger } = this.#deps;
    const onError = (error: unknown): void => logger.error({ error: messageOf(error) }, 'a look of the monitoring failed');
    this.#stop = startRounds({ clock, everyMs: EVERY_MS, round: () => this.look(), onError, isFirstNow: true });
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#stop();
  }

  /** One round. */
  async look(): Promise<void> {
    const found = await Promise.all(this.#deps.probes.map((probe) => this.#read(probe)));
    // What is stopped while it is looked at is no fault.
    if (this.#ended) return;
    for (const figures of found) {
      for (const [id, value] of Object.entries(figures) as [CheckId, number | null][]) this.#take(id, value);
    }
    if (this.#rounds++ % TREND_EVERY === 0) this.#noteTrends();
    await this.#deps.onRound().catch((error: unknown) => this.#deps.logger.error({ error: messageOf(error) }, 'what follows a look failed'));
  }

  checks(): CheckView[] {
    return CHECK_IDS.map((id) => {
      const { sudden: _sudden, ...rule } = CHECK_RULES[id];
      const { verdict, reason, value, sinceWall } = this.#states.get(id) ?? newCheck();
      const since = sinceWall === null ? null : new Date(sinceWall).toISOString();
      return { id, ...rule, verdict, reason, value, since, trend: [...(this.#trends.get(id) ?? [])] };
    });
  }

  async #read(probe: Probe): Promise<Figures> {
    const nothing = (): Figures => Object.fromEntries(probe.ids.map((id) => [id, null]));
    let cancel = (): void => undefined;
    const late = new Promise<Figures>((resolve) => {
      cancel = this.#deps.clock.after(PROBE_LIMIT_MS, () => resolve(nothing()));
    });
    const read = probe.read().catch((error: unknown) => {
      this.#deps.logger.debug({ checks: probe.ids, error: messageOf(error) }, 'a check could not be read');
      return nothing();
    });
    const figures = await Promise.race([read, late]);
    cancel();
    return figures;
  }

  #take(id: CheckId, value: number | null): void {
    const { state, change } = observe(CHECK_RULES[id], this.#states.get(id) ?? newCheck(), value, this.#deps.clock.wall());
    this.#states.set(id, state);
    if (change) this.#raise(id, change);
  }

  #raise(id: CheckId, { atWall, before, verdict, reason, value }: CheckChange): void {
    const alarm: Alarm = { id: newId(), at: new Date(atWall).toISOString(), check: id, before, verdict, reason, value };
    const tell = { check: id, before, verdict, reason, value };
    if (verdict === 'fault') this.#deps.logger.error(tell, 'monitoring: a fault');
    else this.#deps.logger.info(tell, 'monitoring: a check changed');
    this.#deps.onAlarm(alarm);
  }

  #noteTrends(): void {
    for (const [id, trend] of this.#trends) {
      trend.push(this.#states.get(id)?.value ?? null);
      if (trend.length > TREND_LENGTH) trend.shift();
    }
  }
}
