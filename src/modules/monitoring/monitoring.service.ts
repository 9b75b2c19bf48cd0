import type { Alarm, OperatorHealth } from '../../../shared/api/monitoring.ts';
import type { SccDatabase } from '../../db/database.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { AlarmSender, type AlarmTargets, type Notice } from './alarm-sender.ts';
import { Monitor } from './monitor.ts';
import { insertAlarms, latestAlarms } from './monitoring.queries.ts';
import type { Probe } from './probes.ts';

const ALARMS_SHOWN = 50;
/** Alarms that wait for the database; only a broken check raises more before it is back. */
const MOST_UNWRITTEN = 1_000;

export interface MonitoringDeps {
  database: Pick<SccDatabase, 'withDirectory' | 'healthy'>;
  clock: Clock;
  logger: Logger;
  probes: readonly Probe[];
  targets: AlarmTargets;
  /** After each look. */
  onLook?(checks: OperatorHealth['checks']): Promise<void>;
  /** At the end. */
  onStop?(): Promise<void>;
}

/** The provider's monitoring: checks, their alarms in the database, and the way of alarms to people. */
export class Monitoring {
  readonly #deps: MonitoringDeps;
  readonly #monitor: Monitor;
  readonly #sender: AlarmSender;
  #unwritten: Alarm[] = [];

  constructor(deps: MonitoringDeps) {
    this.#deps = deps;
    this.#sender = new AlarmSender(deps.targets, deps);
    this.#monitor = new Monitor({
      ...deps,
      onAlarm: (alarm) => {
        this.#unwritten = [...this.#unwritten, alarm].slice(-MOST_UNWRITTEN);
        this.#sender.add(alarm);
      },
      onRound: () => this.#afterRound(),
    });
  }

  start(): void {
    this.#monitor.start();
  }

  async stop(): Promise<void> {
    await this.#monitor.stop();
    await this.#deps.onStop?.();
  }

  checks(): OperatorHealth['checks'] {
    return this.#monitor.checks();
  }

  /** A disk is at its upper bound (90 %): what is left is for calls and their recordings. */
  get isStorageFull(): boolean {
    return this.checks().some(({ id, value, fault }) => (id === 'storage.data' || id === 'storage.objects') && value !== null && fault !== null && value >= fault);
  }

  /** Takes what is no alarm to the same people, with the next look. */
  tell(notice: Notice): void {
    this.#sender.addNotice(notice);
  }

  /** Alarms that mail or webhook did not take yet. */
  get undelivered(): number {
    return this.#sender.undelivered;
  }

  /** What the operator's page shows. */
  async health(): Promise<OperatorHealth> {
    return {
      at: new Date(this.#deps.clock.wall()).toISOString(),
      checks: this.checks(),
      alarms: await this.#alarms(),
      alarmsTo: this.#sender.to,
      undelivered: this.undelivered,
    };
  }

  /** Null while the database is away. */
  async #alarms(): Promise<Alarm[] | null> {
    const { database } = this.#deps;
    if (!database.healthy) return null;
    try {
      return await database.withDirectory((db) => latestAlarms(db, ALARMS_SHOWN));
    } catch (error) {
      // It went away while we asked.
      if (!database.healthy) return null;
      throw error;
    }
  }

  async #afterRound(): Promise<void> {
    // Before the database: an alarm about the database itself must get out.
    await this.#sender.send();
    await this.#write();
    await this.#deps.onLook?.(this.checks());
  }

  async #write(): Promise<void> {
    const { database, logger } = this.#deps;
    const alarms = this.#unwritten;
    if (alarms.length === 0 || !database.healthy) return;
    try {
      await database.withDirectory((db) => insertAlarms(db, alarms));
      this.#unwritten = this.#unwritten.filter((alarm) => !alarms.includes(alarm));
    } catch (error) {
      logger.warn({ alarms: alarms.length, error: messageOf(error) }, 'alarms wait for the database');
    }
  }
}
