import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { CallMetrics, JournalPort } from './ports.ts';

/**
 * How long an answer waits for the commit that knows of its call, ms. A commit takes a few ms; a caller notices from about
 * 300 ms on. Beyond this the call is answered without: a slow database must not keep telephones waiting.
 */
export const ANSWER_PATIENCE_MS = 150;

export interface AnswerGateOptions {
  journal: Pick<JournalPort, 'commit'>;
  clock: Clock;
  metrics: Pick<CallMetrics, 'answeredUnrecorded'>;
  logger: Logger;
}

/** Makes sure that a call which somebody hears answered is in the database, whatever happens to this process afterwards. */
export class AnswerGate {
  readonly #options: AnswerGateOptions;
  /** Said already that answers do not wait; until one was in time again. */
  #told = false;

  constructor(options: AnswerGateOptions) {
    this.#options = options;
  }

  /** Resolves when everything journaled of the call so far is committed, or when patience ends. */
  async recorded(callId: string): Promise<void> {
    const { journal, clock } = this.#options;
    let cancel = (): void => undefined;
    const patience = new Promise<'late'>((resolve) => (cancel = clock.after(ANSWER_PATIENCE_MS, () => resolve('late'))));
    const outcome = await Promise.race([journal.commit(callId), patience]);
    cancel();
    if (outcome === 'late') this.#late();
    else this.#inTime();
  }

  #late(): void {
    const { metrics, logger } = this.#options;
    metrics.answeredUnrecorded();
    if (!this.#told) logger.warn({ patienceMs: ANSWER_PATIENCE_MS }, 'the database is slow: calls are answered before their records are committed');
    this.#told = true;
  }

  #inTime(): void {
    if (this.#told) this.#options.logger.info({}, 'calls are answered after their records are committed again');
    this.#told = false;
  }
}
