import type { ChildProcess } from 'node:child_process';
import { Gauge, type Registry } from 'prom-client';
import type { PointsView } from '../../shared/api/operator.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { startRounds } from '../lib/rounds.ts';
import { RETENTION_MS } from '../modules/backup/backup-set.ts';
import type { KeeperMessage } from '../modules/points/keeper-message.ts';
import type { PointsPlace } from '../modules/points/points-folder.ts';
import type { PointsServer } from '../modules/points/points-server.ts';
import { pointsState, RECOVERY_POINT_MS } from '../modules/points/points-state.ts';
import { prunePoints } from '../modules/points/prune-points.ts';
import { spawnCommand } from './spawn-command.ts';

/** The folder is not read more often than this, however many look. */
const FRESH_MS = 3_000;
const RESTART_MS = 5_000;
/** What has come in is written within this, or is asked for again after the next start. */
const STOP_LIMIT_MS = 5_000;
/** A new installation has so long until its first base is there. */
const FIRST_BASE_MS = 3_600_000;
const PRUNE_EVERY_MS = 3_600_000;
/** What is as bad as no recovery point counts for, % of it. */
const AS_GOOD_AS_NONE = 300;

export interface PointsDeps extends PointsPlace {
  /** Null: none are kept. */
  days: number | null;
  server: PointsServer;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** Keeps points in time in a process of its own, so that calls do not wait for it, and tells how they stand. */
export class Points {
  readonly #deps: PointsDeps;
  readonly #begunAt: number;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #endRounds: () => Promise<void> = () => Promise.resolve();
  #cancelRestart = (): void => undefined;
  #failure: string | null = null;
  #ended = false;
  #read: { at: number; state: Promise<PointsView> } | null = null;

  constructor(deps: PointsDeps) {
    this.#deps = deps;
    this.#begunAt = deps.clock.monotonic();
    this.#addMetrics();
  }

  start(): void {
    const { days, clock, logger } = this.#deps;
    if (days !== null) return this.#launch();
    // What was kept before is removed in its time, and the server keeps its log for nobody.
    const onError = (error: unknown): void => logger.warn({ error: messageOf(error) }, 'could not look after the points in time of before');
    this.#endRounds = startRounds({ clock, everyMs: PRUNE_EVERY_MS, round: () => this.#clear(), onError, isFirstNow: true });
  }

  async #clear(): Promise<void> {
    const { server, clock } = this.#deps;
    for (const { name } of await server.slots()) await server.dropSlot(name);
    await prunePoints(this.#deps, RETENTION_MS, clock.wall(), false);
  }

  #launch(): void {
    const { clock, logger, master } = this.#deps;
    const child = (this.#child = spawnCommand(['backup', 'keep-points'], ['ignore', 'ignore', 'inherit', 'ipc'], master));
    child.on('message', (message: KeeperMessage) => {
      if ('failure' in message) this.#failure = message.failure;
      else logger[message.level](message.fields, message.text);
    });
    this.#exited = new Promise((resolve) => {
      const end = (): void => {
        resolve();
        if (this.#child !== child) return;
        this.#child = null;
        if (this.#ended) return;
        this.#failure ??= 'The process that keeps points in time has ended; it is started again.';
        logger.error({ restartInMs: RESTART_MS }, 'the process that keeps points in time has ended; starting it again');
        this.#cancelRestart = clock.after(RESTART_MS, () => this.#launch());
      };
      child.once('error', end);
      child.once('exit', end);
    });
  }

  /** What has come in is written first. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#cancelRestart();
    await this.#endRounds();
    const child = this.#child;
    child?.kill('SIGTERM');
    const cancel = this.#deps.clock.after(STOP_LIMIT_MS, () => child?.kill('SIGKILL'));
    await this.#exited;
    cancel();
  }

  state(): Promise<PointsView> {
    const { clock, days } = this.#deps;
    if (this.#read && clock.monotonic() - this.#read.at < FRESH_MS) return this.#read.state;
    const state = pointsState(this.#deps, days, this.#failure, clock.wall());
    this.#read = { at: clock.monotonic(), state };
    return state;
  }

  /** Age of what is archived in % of the recovery point, for the monitoring; 0 while none are kept. */
  async age(): Promise<number> {
    const { clock } = this.#deps;
    const { days, archivedTo } = await this.state();
    if (days === null) return 0;
    if (archivedTo === null) return clock.monotonic() - this.#begunAt < FIRST_BASE_MS ? 0 : AS_GOOD_AS_NONE;
    return Math.max(0, ((clock.wall() - Date.parse(archivedTo)) / RECOVERY_POINT_MS) * 100);
  }

  #addMetrics(): void {
    const { registry, clock } = this.#deps;
    const since = (at: string | null | undefined): number => (at === null || at === undefined ? Number.NaN : Math.max(0, (clock.wall() - Date.parse(at)) / 1000));
    const add = (name: string, help: string, read: (state: PointsView) => number): void => {
      const state = this.state.bind(this);
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(read(await state()));
        },
      });
    };
    add('scc_points_archived_age_seconds', 'Everything acknowledged before is in the archive of points in time; NaN when there is none.', ({ archivedTo }) => since(archivedTo));
    add('scc_points_reach_seconds', 'How far one can go back without a break; NaN when one cannot.', ({ reach }) => since(reach.at(-1)?.from));
    add('scc_points_base_age_seconds', 'Since the last copy of the whole cluster; NaN when there is none.', ({ lastBase }) => since(lastBase?.at));
    add('scc_points_good', '1: none are kept, or what is archived is no older than 60 s; 0: look at the operator page.', ({ days, isLate }) => (days !== null && isLate ? 0 : 1));
  }
}
