import type { AgentSnapshot } from '../acd/types.ts';

interface Spent {
  kind: 'busy' | 'idle' | 'other';
  since: number;
  busy: number;
  idle: number;
}

/** Adds up agents' time by what they did, from the changes the router tells. Times in ms. */
export class OccupancyMeter {
  readonly #end: number;
  readonly #agents = new Map<string, Spent>();

  /** @param end what is after it counts for nothing */
  constructor(end: number) {
    this.#end = end;
  }

  see({ agentId, work, presence }: AgentSnapshot, now: number): void {
    const idle = work === 'idle' && presence === 'available';
    const kind = work === 'talking' || work === 'wrapUp' ? 'busy' : idle ? 'idle' : 'other';
    const spent = this.#agents.get(agentId);
    if (!spent) {
      this.#agents.set(agentId, { kind, since: now, busy: 0, idle: 0 });
      return;
    }
    this.#close(spent, now);
    spent.kind = kind;
  }

  finish(): void {
    for (const spent of this.#agents.values()) this.#close(spent, this.#end);
  }

  /** (talk + wrap-up) / (talk + wrap-up + available idle) of these agents; null when there is no such time. */
  share(agentIds: Iterable<string>): number | null {
    let busy = 0;
    let all = 0;
    for (const agentId of agentIds) {
      const spent = this.#agents.get(agentId);
      busy += spent?.busy ?? 0;
      all += (spent?.busy ?? 0) + (spent?.idle ?? 0);
    }
    return all > 0 ? busy / all : null;
  }

  #close(spent: Spent, now: number): void {
    const length = Math.max(0, Math.min(now, this.#end) - spent.since);
    if (spent.kind === 'busy') spent.busy += length;
    if (spent.kind === 'idle') spent.idle += length;
    spent.since = Math.max(spent.since, now);
  }
}
