import type { SipMessageView } from '../../shared/api/calls.ts';
import type { SccDatabase } from '../db/database.ts';
import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { expireSipTraces, storeSipTrace } from '../modules/calls/sip-trace.service.ts';
import type { MessageTrace } from '../sip/message-trace.ts';

export interface SipTraceKeeperDeps {
  trace: MessageTrace;
  database: Pick<SccDatabase, 'withTenant'>;
  clock: Clock;
  logger: Logger;
}

/** After the end of a call until its messages are stored, for the answers to the last BYE, ms. */
const SETTLE_MS = 2_000;
/** Calls whose messages are stored in a second; those of a burst stay in memory as long as there is room. */
const STORED_A_SECOND = 5;
const EXPIRE_EVERY_MS = 3_600_000;

const SYSTEM: Actor = { kind: 'system', id: 'sip', ip: '' };

/** Stores the SIP messages of calls that are over, at a bounded rate: a flood of calls must not become one of writes. */
export class SipTraceKeeper {
  readonly #deps: SipTraceKeeperDeps;
  readonly #expired = new Map<string, number>();
  #second = 0;
  #stored = 0;

  constructor(deps: SipTraceKeeperDeps) {
    this.#deps = deps;
  }

  /** Messages in memory, oldest first. */
  messagesOf(callId: string): SipMessageView[] {
    return this.#deps.trace.messagesOf(callId).map((message) => ({ ...message, at: new Date(message.at).toISOString() }));
  }

  /** A call is over. */
  over(tenantId: string, callId: string): void {
    const { clock } = this.#deps;
    const second = Math.floor(clock.monotonic() / 1000);
    if (second !== this.#second) this.#stored = 0;
    this.#second = second;
    if (this.#stored >= STORED_A_SECOND) return;
    this.#stored += 1;
    clock.after(SETTLE_MS, () => this.#store(tenantId, callId));
  }

  #store(tenantId: string, callId: string): void {
    const { trace, database, clock, logger } = this.#deps;
    const messages = this.messagesOf(callId);
    if (messages.length === 0) return;
    const now = clock.monotonic();
    const expire = now - (this.#expired.get(tenantId) ?? Number.NEGATIVE_INFINITY) > EXPIRE_EVERY_MS;
    if (expire) this.#expired.set(tenantId, now);
    database
      .withTenant(tenantId, SYSTEM, async (tx) => {
        await storeSipTrace(tx, callId, messages);
        if (expire) await expireSipTraces(tx, clock.wall());
      })
      // Kept in memory when it fails: the messages can still be seen for a while.
      .then(() => trace.drop(callId), (error: unknown) => logger.warn({ call: callId, error: messageOf(error) }, 'SIP messages could not be stored'));
  }
}
