import type { Simulation, SimulationRequest } from '../../../shared/api/simulations.ts';
import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, invalid, messageOf, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import type { RequestContext } from '../support/binding.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { userNames } from '../support/references.ts';
import { readRouting } from '../telephony/tenant-config.ts';
import { dayOf } from '../support/japan-days.ts';
import { forecastDay } from './forecast.service.ts';
import { readDayHistory } from './history.service.ts';
import { endSimulation, findSimulation, insertSimulation, listSimulationRows, type SimulationRow } from './simulations.queries.ts';
import type { ForecastDay, SimulationFigures, SimulationJob, SimulationRunner } from './simulation-runner.ts';

/** s of the service levels, as the call report begins with. */
const SHORT_MS = 5000;

/** At the same time, of all tenants: they take the processor's other cores, not the one of the calls. */
const MOST_RUNNING = 2;
const MOST_WAITING = 20;

/** Forecasts that made-up days rest on. */
const FORECAST_WEEKS = 8;

const SYSTEM = { kind: 'system', id: 'simulation', ip: '' } as const;

interface Live {
  id: string;
  tenantId: string;
  /** null = still being prepared. */
  job: SimulationJob | null;
  progress: number;
  /** null = waits for its turn. */
  stop: (() => void) | null;
}

interface Deps {
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  run: SimulationRunner;
}

const requestOf = (row: SimulationRow): SimulationRequest => row.request as unknown as SimulationRequest;

const actorId = (actor: string): string | null => (actor.startsWith('user:') ? actor.slice('user:'.length) : null);

/** Simulations that wait and run, and the records of those that ended. */
export class Simulations {
  readonly #deps: Deps;
  readonly #live = new Map<string, Live>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async list(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
    // As it was before the rows are read: one that ends in between runs still, and is not taken for interrupted.
    const live = new Map(this.#live);
    const rows = await listSimulationRows(tx, decodeTimeCursor(query.cursor), query.limit + 1);
    const people = await userNames(tx, rows.map((row) => actorId(row.created_by)));
    return pageOf(rows, query.limit, (row) => viewOf(row, live.get(row.id), people), (row) => ({ key: row.created_at.toISOString(), id: row.id }));
  }

  /** @throws AppError `not_found` */
  async view(tx: TenantTx, id: string): Promise<Simulation> {
    const live = this.#live.get(id);
    const row = await findSimulation(tx, id);
    if (!row) throw notFound('simulation');
    return viewOf(row, live, await userNames(tx, [actorId(row.created_by)]));
  }

  /**
   * Reads what is needed, writes the record and lets it begin.
   * @throws AppError `invalid` and others of the day when it does not fit, `simulation_busy` when the tenant has one that runs
   */
  async start({ session, inTenant }: Pick<RequestContext, 'session' | 'inTenant'>, request: SimulationRequest): Promise<Simulation> {
    const { tenantId } = session;
    if ([...this.#live.values()].some((live) => live.tenantId === tenantId)) throw busy('One simulation runs already. Wait for it, or stop it.');
    if (this.#live.size >= MOST_RUNNING + MOST_WAITING) throw busy('There are too many simulations at the moment. Try again in a minute.');
    const live: Live = { id: newId(), tenantId, job: null, progress: 0, stop: null };
    // The place is taken before anything is read, so that two that come together do not both begin.
    this.#live.set(live.id, live);
    try {
      const job = await inTenant((tx) => this.#prepare(tx, live.id, request));
      // Nobody stopped it meanwhile.
      if (this.#live.has(live.id)) live.job = job;
    } catch (error) {
      this.#live.delete(live.id);
      throw error;
    }
    this.#startNext();
    return inTenant((tx) => this.view(tx, live.id));
  }

  /** @throws AppError `not_found`, `conflict` when it is over */
  async cancel(tx: TenantTx, id: string): Promise<Simulation> {
    await this.view(tx, id);
    if (!(await endSimulation(tx, id, { state: 'cancelled' }))) throw new AppError('simulation_over', 409, 'This simulation is over.');
    await tx.audit({ code: 'simulation.cancelled', subject: { kind: 'simulation', id }, detail: {} });
    this.#forget(id);
    return this.view(tx, id);
  }


  async #jobOf(tx: TenantTx, request: SimulationRequest): Promise<SimulationJob> {
    const { queueId, day, source } = request;
    const routing = await readRouting(tx);
    const queue = routing.queues.find(({ id }) => id === queueId);
    if (!queue) throw invalid('There is no such queue.', { errors: [{ path: 'body.queueId', message: 'no such queue' }] });
    const base = { request, thresholdMs: queue.serviceLevelMs, shortMs: SHORT_MS };
    if (source === 'forecast') return { ...base, material: { kind: 'forecast', forecast: await this.#forecast(tx, request, routing) } };
    if (day >= dayOf(this.#deps.clock.wall())) throw wrongDay('day_not_over', 'Only a day that is over can be replayed.');
    const history = await readDayHistory(tx, day);
    if (!history.calls.some((call) => call.queueId === queueId)) throw wrongDay('day_without_calls', 'No call came to this queue on that day.');
    return { ...base, material: { kind: 'history', history } };
  }

  async #forecast(tx: TenantTx, { queueId, day }: SimulationRequest, routing: ForecastDay['routing']): Promise<ForecastDay> {
    const { rows, days, total, patienceMs } = await forecastDay(tx, this.#deps.clock, queueId, { day, weeks: FORECAST_WEEKS, interval: '30', targetPercent: 80, shrinkagePercent: 0 });
    if (total.calls === 0 || total.handleMs === 0) throw wrongDay('no_forecast', 'There are no records from which to forecast that day.');
    const wrapUpMs = Math.min(routing.queues.find(({ id }) => id === queueId)?.wrapUpMs ?? 0, total.handleMs / 2);
    return { routing, intervalMs: 30 * 60_000, arrivals: rows.map(({ calls }) => calls), talkMs: total.handleMs - wrapUpMs, wrapUpMs, ringMs: 0, patienceMs, days: days.length };
  }

  async #prepare(tx: TenantTx, id: string, request: SimulationRequest): Promise<SimulationJob> {
    const job = await this.#jobOf(tx, request);
    await insertSimulation(tx, id, request);
    await tx.audit({ code: 'simulation.started', subject: { kind: 'simulation', id }, detail: { ...request } });
    return job;
  }

  #startNext(): void {
    const all = [...this.#live.values()];
    const next = all.find(({ job, stop }) => job !== null && stop === null);
    if (!next?.job || all.filter(({ stop }) => stop !== null).length >= MOST_RUNNING) return;
    next.stop = this.#deps.run(next.job, {
      progress: (share) => (next.progress = share),
      done: (result) => void this.#end(next, { state: 'done', result }),
      failed: (error) => void this.#end(next, { state: 'failed', error }),
    });
  }

  #forget(id: string): void {
    this.#live.get(id)?.stop?.();
    this.#live.delete(id);
    this.#startNext();
  }

  async #end({ id, tenantId }: Live, end: { state: 'done' | 'failed'; result?: SimulationFigures; error?: string }): Promise<void> {
    try {
      await this.#deps.withTenant(tenantId, SYSTEM, (tx) => endSimulation(tx, id, end));
    } catch (error) {
      this.#deps.logger.error({ simulation: id, error: messageOf(error) }, 'the end of a simulation could not be written');
    }
    this.#forget(id);
  }
}

/** A row that runs though nobody lives through it was interrupted by a restart. */
function viewOf(row: SimulationRow, live: Live | undefined, people: ReadonlyMap<string, string>): Simulation {
  const state = row.state !== 'running' ? (row.state as Simulation['state']) : live ? (live.stop ? 'running' : 'waiting') : 'interrupted';
  return {
    id: row.id,
    state,
    progress: row.state === 'done' ? 1 : (live?.progress ?? 0),
    request: requestOf(row),
    queueName: row.queue_name,
    createdAt: row.created_at.toISOString(),
    createdByName: people.get(actorId(row.created_by) ?? '') ?? '',
    result: row.result as unknown as Simulation['result'],
    error: row.error,
  };
}

const busy = (message: string): AppError => new AppError('simulation_busy', 409, message);

const wrongDay = (code: string, message: string): AppError => new AppError(code, 422, message, { errors: [{ path: 'body.day', message }] });
