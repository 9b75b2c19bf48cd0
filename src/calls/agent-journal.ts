import type { AgentSnapshot } from '../acd/types.ts';
import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { IdSource } from '../lib/ids.ts';
import type { JournalPort } from './ports.ts';

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/** Writes the history of agents: every change of state, presence and health changes into the audit log, length of wrap-ups. */
export class AgentJournal {
  readonly #options: { clock: Clock; newId: IdSource; journal: JournalPort };
  readonly #last = new Map<string, AgentSnapshot>();

  constructor(options: { clock: Clock; newId: IdSource; journal: JournalPort }) {
    this.#options = options;
  }

  changed(agent: AgentSnapshot): void {
    const before = this.#last.get(agent.agentId);
    this.#last.set(agent.agentId, agent);
    this.#wrapUp(before, agent);
    if (agent.kind === 'station') return;
    const { clock, newId, journal } = this.#options;
    const { agentId, presence, work, problems, callId, queueId } = agent;
    const reasonId = agent.reasonId ?? null;
    const samePresence = before?.presence === presence && (before.reasonId ?? null) === reasonId;
    const isSame = samePresence && before.work === work && before.callId === callId && before.queueId === queueId;
    if (isSame && before.problems.join() === problems.join()) return;
    journal.add(SYSTEM, { kind: 'agentState', id: newId(), atWall: clock.wall(), agentId, presence, work, problems, callId, queueId, reasonId });
    // An agent who was configured and never logged in is no news.
    if (!before) return;
    const subject = { kind: 'user', id: agentId };
    if (!samePresence) {
      journal.add(SYSTEM, { kind: 'audit', code: 'agent.presence_changed', subject, detail: { from: before.presence, to: presence, problems, ...(reasonId === null ? {} : { reasonId }) } });
    } else if (presence !== 'offline' && before.problems.join() !== problems.join()) {
      // Of those who are logged off nobody asks: each page that they open would fill the log with its connecting.
      journal.add(SYSTEM, { kind: 'audit', code: 'agent.health_changed', subject, detail: { from: before.problems, to: problems } });
    }
  }

  #wrapUp(before: AgentSnapshot | undefined, now: AgentSnapshot): void {
    if (before?.work !== 'wrapUp' || before.callId === null || (now.work === 'wrapUp' && now.callId === before.callId)) return;
    const { callId, agentId } = before;
    const wrapUpMs = Math.round(Math.max(0, now.since - before.since));
    this.#options.journal.add(SYSTEM, { kind: 'wrapUpEnded', callId, agentId, wrapUpMs });
  }
}
