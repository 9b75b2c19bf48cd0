import type { AgentSnapshot } from '../acd/types.ts';
import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { StoredCare } from './care-journal.ts';
import type { JournalPort } from './ports.ts';
import type { TenantRuntime } from './tenant-runtime.ts';

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

interface Care {
  /** Ms since the epoch; null while it waits for the end of call and wrap-up. */
  until: number | null;
  minutes: number;
  actor: Actor;
  cancel: () => void;
}

/** Breaks after hard calls: the agent's presence is `break` for a while, and nobody can make it `available` before. */
export class CareBreaks {
  readonly #options: { runtime: TenantRuntime; journal: JournalPort; clock: Clock };
  readonly #cares = new Map<string, Care>();

  constructor(options: { runtime: TenantRuntime; journal: JournalPort; clock: Clock }) {
    this.#options = options;
    options.runtime.events.on('agent', (agent) => this.#follow(agent));
  }

  /** End of the agent's care break, ms since the epoch; null when there is none, or it has not begun. */
  until(agentId: string): number | null {
    return this.#cares.get(agentId)?.until ?? null;
  }

  /** Begins now, or when the agent's call and wrap-up are over. A second one counts anew. */
  start(agentId: string, minutes: number, actor: Actor): void {
    this.#cares.get(agentId)?.cancel();
    this.#cares.set(agentId, { until: null, minutes, actor, cancel: () => undefined });
    this.#keep(agentId);
    const { runtime } = this.#options;
    runtime.toAcd({ type: 'presence', at: runtime.now(), agentId, presence: 'break' });
    const agent = runtime.agents().find((each) => each.agentId === agentId);
    if (agent) this.#follow(agent);
  }

  /** Takes up what was not over before a restart; the time that passed meanwhile counts. */
  restore(stored: readonly StoredCare[]): void {
    const { clock } = this.#options;
    for (const { agentId, minutes, until } of stored) {
      const care: Care = { until, minutes, actor: SYSTEM, cancel: () => undefined };
      this.#cares.set(agentId, care);
      if (until !== null) care.cancel = clock.after(Math.max(0, until - clock.wall()), () => this.end(agentId, SYSTEM));
      this.#tell(agentId);
    }
  }

  /** The agent may take calls again. @returns false when there was none */
  end(agentId: string, actor: Actor): boolean {
    const care = this.#cares.get(agentId);
    if (!care) return false;
    care.cancel();
    this.#cares.delete(agentId);
    this.#keep(agentId);
    if (care.until !== null) this.#audit(actor, 'care_break.ended', agentId, care.minutes);
    this.#tell(agentId);
    return true;
  }

  #follow(agent: AgentSnapshot): void {
    const { agentId, work, presence } = agent;
    const care = this.#cares.get(agentId);
    if (!care || work !== 'idle' || presence === 'offline') return;
    const { runtime, clock } = this.#options;
    // Whatever was chosen meanwhile: first the break.
    if (presence !== 'break') return runtime.toAcd({ type: 'presence', at: runtime.now(), agentId, presence: 'break' });
    if (care.until !== null) return;
    const lasting = care.minutes * 60_000;
    care.until = clock.wall() + lasting;
    care.cancel = clock.after(lasting, () => this.end(agentId, SYSTEM));
    this.#keep(agentId);
    this.#audit(care.actor, 'care_break.started', agentId, care.minutes);
    this.#tell(agentId);
  }

  #keep(agentId: string): void {
    const care = this.#cares.get(agentId);
    this.#options.journal.add(SYSTEM, { kind: 'careBreak', agentId, care: care ? { minutes: care.minutes, untilWall: care.until } : null });
  }

  #audit(actor: Actor, code: 'care_break.started' | 'care_break.ended', agentId: string, minutes: number): void {
    this.#options.journal.add(actor, { kind: 'audit', code, subject: { kind: 'user', id: agentId }, detail: { minutes } });
  }

  /** The view of the agent has changed, though the agent has not. */
  #tell(agentId: string): void {
    const { runtime } = this.#options;
    const agent = runtime.agents().find((each) => each.agentId === agentId);
    if (agent) runtime.events.emit('agent', agent);
  }
}
