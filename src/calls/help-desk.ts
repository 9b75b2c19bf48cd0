import type { HelpRequest } from '../../shared/events.ts';
import type { SccDatabase } from '../db/database.ts';
import type { Actor, TenantTx } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { Emitter } from '../lib/emitter.ts';
import { messageOf } from '../lib/errors.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { writeAcknowledged, writeEnded, writeNote, writeRaised, type HelpEnd } from '../modules/help/help.service.ts';

export interface HelpDeskOptions {
  tenantId: string;
  database: Pick<SccDatabase, 'withTenant'>;
  clock: Clock;
  newId: IdSource;
  logger: Logger;
}

/** Who asks, and about which call. */
export interface Asking {
  agentId: string;
  agentName: string;
  callId: string | null;
  caller: string;
  note: string;
}

/**
 * Agents of one tenant who ask for help. Supervisors are told at once, from memory; the database follows in order, so that a
 * cry for help does not wait for it.
 */
export class HelpDesk {
  readonly events: Emitter<{ changed: { agentId: string } }>;
  readonly #options: HelpDeskOptions;
  readonly #open = new Map<string, HelpRequest>();
  #written: Promise<void> = Promise.resolve();

  constructor(options: HelpDeskOptions) {
    this.#options = options;
    this.events = new Emitter((error) => options.logger.error({ error: messageOf(error) }, 'a listener of requests for help failed'));
  }

  /** Takes up what was open before a restart. */
  restore(requests: readonly HelpRequest[]): void {
    for (const request of requests) this.#open.set(request.id, request);
  }

  /** Open requests, oldest first. */
  open(): HelpRequest[] {
    return [...this.#open.values()];
  }

  of(agentId: string): HelpRequest[] {
    return this.open().filter((request) => request.agentId === agentId);
  }

  /** Asks for help, or brings a new note to what was asked already. */
  raise(kind: HelpRequest['kind'], asking: Asking, actor: Actor): void {
    const known = this.of(asking.agentId).find((request) => request.kind === kind && request.callId === asking.callId);
    if (known) return this.#put({ ...known, note: asking.note }, (tx, request) => writeNote(tx, request), actor);
    const { clock, newId } = this.#options;
    const request: HelpRequest = { ...asking, id: newId(), kind, raisedAt: new Date(clock.wall()).toISOString(), acknowledged: null };
    this.#put(request, (tx) => writeRaised(tx, request), actor);
  }

  /** A supervisor takes care of it; the last one who says so. @returns false when it is over */
  acknowledge(helpId: string, by: { userId: string; name: string }, actor: Actor): boolean {
    const known = this.#open.get(helpId);
    if (!known) return false;
    const at = new Date(this.#options.clock.wall()).toISOString();
    this.#put({ ...known, acknowledged: { at, ...by } }, (tx, request) => writeAcknowledged(tx, request), actor);
    return true;
  }

  /** @returns false when it is over already */
  end(helpId: string, reason: HelpEnd, actor: Actor): boolean {
    const known = this.#open.get(helpId);
    if (!known) return false;
    this.#open.delete(helpId);
    const atWall = this.#options.clock.wall();
    this.#write(actor, (tx) => writeEnded(tx, known, reason, atWall));
    this.events.emit('changed', { agentId: known.agentId });
    return true;
  }

  /** A hand that was raised about a call goes down with it; an SOS stays until a supervisor has dealt with it. */
  callGone(callId: string, actor: Actor): void {
    for (const { id, kind, callId: about } of this.open()) if (kind === 'hand' && about === callId) this.end(id, 'call_ended', actor);
  }

  /** Resolves when everything so far is in the database, or could not be written. */
  get settled(): Promise<void> {
    return this.#written;
  }

  #put(request: HelpRequest, write: (tx: TenantTx, request: HelpRequest) => Promise<void>, actor: Actor): void {
    this.#open.set(request.id, request);
    this.#write(actor, (tx) => write(tx, request));
    this.events.emit('changed', { agentId: request.agentId });
  }

  #write(actor: Actor, work: (tx: TenantTx) => Promise<void>): void {
    const { database, tenantId, logger } = this.#options;
    this.#written = this.#written
      .then(() => database.withTenant(tenantId, actor, work))
      .catch((error: unknown) => logger.error({ error: messageOf(error) }, 'a request for help could not be written'));
  }
}
