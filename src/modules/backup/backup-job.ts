import { Gauge, type Registry } from 'prom-client';
import type { BackupsView } from '../../../shared/api/operator.ts';
import type { SccDatabase } from '../../db/database.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { startRounds } from '../../lib/rounds.ts';
import { insertEvent, latestEventOf } from '../operator/operator.queries.ts';

const HOUR_MS = 3_600_000;
const LOOK_MS = 60_000;
/** After a failure it is tried again. */
const RETRY_MS = HOUR_MS;
/** A backup that nobody has drilled for so long is drilled after the next one. */
const DRILL_MS = 7 * 24 * HOUR_MS;
/** So much later than it should be, a backup counts as missing. */
const LATE = 1.5;
/** Said again in the log as long as it lasts. */
const COMPLAIN_MS = HOUR_MS;

export interface BackupJobDeps {
  database: Pick<SccDatabase, 'withDirectory' | 'healthy'>;
  /** Null: none are made. */
  hours: number | null;
  /** Runs `scc backup …` in a process of its own, so that calls do not wait for it. @returns its exit code */
  run: (args: readonly string[]) => Promise<number>;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** How the backups stand, from the operator's events. @param now ms since the epoch */
export async function backupState(database: Pick<SccDatabase, 'withDirectory'>, hours: number | null, now: number): Promise<BackupsView> {
  const [made, failed, verified] = await database.withDirectory((db) =>
    Promise.all([latestEventOf(db, 'backup_made'), latestEventOf(db, 'backup_failed'), latestEventOf(db, 'backup_verified')]),
  );
  const number = (text: string | undefined): number => Number(text ?? 0);
  const age = made ? now - made.at.getTime() : null;
  return {
    hours,
    last: made
      ? { at: made.at.toISOString(), id: made.detail['id'] ?? '', rows: number(made.detail['rows']), objects: number(made.detail['objects']), bytes: number(made.detail['bytes']), ms: number(made.detail['ms']) }
      : null,
    failure: failed && (!made || failed.at > made.at) ? { at: failed.at.toISOString(), reason: failed.detail['reason'] ?? '' } : null,
    verified: verified ? { at: verified.at.toISOString(), id: verified.detail['id'] ?? '', good: verified.detail['good'] === 'true', rows: number(verified.detail['rows']), ms: number(verified.detail['ms']) } : null,
    isLate: hours !== null && (age === null || age > hours * LATE * HOUR_MS),
  };
}

/** What a backup that failed, or that a drill found bad, counts for. */
const AS_GOOD_AS_NONE = 300;

/** Age of the last good backup in % of the interval, for the monitoring. @param now ms since the epoch */
export function backupAge({ hours, last, failure, verified }: BackupsView, now: number): number {
  const age = last && hours !== null ? ((now - Date.parse(last.at)) / (hours * HOUR_MS)) * 100 : 0;
  return failure || verified?.good === false ? Math.max(age, AS_GOOD_AS_NONE) : age;
}

/** Makes backups when they are due, drills them, and complains when there is none. */
export class BackupJob {
  readonly #deps: BackupJobDeps;
  readonly #age: Gauge;
  readonly #good: Gauge;
  readonly #startedAt: number;
  #complainedAt: number | null = null;
  #ended = false;
  #stop = (): Promise<void> => Promise.resolve();

  constructor(deps: BackupJobDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.monotonic();
    this.#age = new Gauge({ name: 'scc_backup_age_seconds', help: 'Since the last backup was made; NaN when there is none.', registers: [deps.registry] });
    this.#age.set(Number.NaN);
    this.#good = new Gauge({ name: 'scc_backup_good', help: '1: made in time, and the last drill was good; 0: look at the operator page.', registers: [deps.registry] });
    this.#good.set(1);
  }

  start(): void {
    const { clock, logger } = this.#deps;
    const onError = (error: unknown): void => logger.warn({ error: messageOf(error) }, 'could not look after the backups');
    this.#stop = startRounds({ clock, everyMs: LOOK_MS, round: () => this.look(), onError });
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#stop();
  }

  /** Looks once: makes what is due. */
  async look(): Promise<void> {
    const { database, hours, clock } = this.#deps;
    if (!database.healthy) return;
    const state = await backupState(database, hours, clock.wall());
    this.#tell(state);
    // What is stopped begins nothing any more: nobody would end it.
    if (hours === null || this.#ended || !this.#isDue(state, hours)) return;
    await this.#run(['backup'], 'backup_failed');
    const { last, verified } = await backupState(database, hours, clock.wall());
    const isDrilled = verified && clock.wall() - Date.parse(verified.at) < DRILL_MS;
    if (last && last.id !== state.last?.id && !isDrilled && !this.#ended) await this.#run(['backup', 'verify'], 'backup_verified');
    this.#tell(await backupState(database, hours, clock.wall()));
  }

  #isDue({ last, failure }: BackupsView, hours: number): boolean {
    const now = this.#deps.clock.wall();
    if (failure && now - Date.parse(failure.at) < RETRY_MS) return false;
    return !last || now - Date.parse(last.at) >= hours * HOUR_MS;
  }

  /** The command writes its own outcome; what kept it from doing so is written here. */
  async #run(args: readonly string[], code: 'backup_failed' | 'backup_verified'): Promise<void> {
    const { database, run, clock, logger } = this.#deps;
    const begun = new Date(clock.wall());
    const exit = await run(args);
    if (exit === 0 || this.#ended) return;
    logger.error({ command: args.join(' '), exit }, 'a backup command failed');
    await database.withDirectory(async (db) => {
      const last = await latestEventOf(db, code);
      if (last && last.at >= begun) return;
      await insertEvent(db, { at: new Date(clock.wall()), code, actor: 'system', ip: '', detail: { reason: `${args.join(' ')} ended with ${exit}`, good: 'false' } });
    });
  }

  #tell(state: BackupsView): void {
    const { clock, logger } = this.#deps;
    if (state.last) this.#age.set(Math.round((clock.wall() - Date.parse(state.last.at)) / 1000));
    // A new installation has the time to make its first one.
    const isNew = !state.last && clock.monotonic() - this.#startedAt < HOUR_MS;
    const isBad = (state.isLate && !isNew) || state.failure !== null || state.verified?.good === false;
    this.#good.set(isBad ? 0 : 1);
    if (!isBad) return void (this.#complainedAt = null);
    if (this.#complainedAt !== null && clock.monotonic() - this.#complainedAt < COMPLAIN_MS) return;
    this.#complainedAt = clock.monotonic();
    logger.error({ last: state.last?.at ?? null, failure: state.failure?.reason ?? null, drill: state.verified?.good ?? null }, 'the backup is too old, failed, or does not come back');
  }
}
