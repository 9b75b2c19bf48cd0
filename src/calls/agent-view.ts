import type { AgentSnapshot, QueueSnapshot } from '../acd/types.ts';
import type { AgentView, CallerMatch, Offer, QueueView } from '../../shared/events.ts';
import type { Clock } from '../lib/clock.ts';
import { rungWith } from './rung.ts';
import type { CallState } from './types.ts';
import { viewOf } from './view.ts';

/** A monotonic time as a wall time, ISO 8601. */
const isoOf = (clock: Clock, at: number): string => new Date(clock.wall() - (clock.monotonic() - at)).toISOString();

/** The agent as desks and boards see it. @param careUntil end of a care break, ms since the epoch */
export function agentView(agent: AgentSnapshot, clock: Clock, careUntil: number | null): AgentView {
  const { agentId, name, kind, presence, work, callId, queueId, wrapUp, nextPresence, lines } = agent;
  return {
    agentId,
    name,
    kind,
    presence,
    work,
    problems: [...agent.problems],
    since: isoOf(clock, agent.since),
    callId,
    queueId,
    reasonId: agent.reasonId ?? null,
    next: nextPresence ? { presence: nextPresence, reasonId: agent.nextReasonId ?? null } : null,
    careUntil: careUntil === null ? null : new Date(careUntil).toISOString(),
    wrapUpUntil: wrapUp?.until ? isoOf(clock, wrapUp.until) : null,
    wrapUp: wrapUp ? { extensionsLeft: wrapUp.extensionsLeft, resultMissing: wrapUp.resultMissing, fixed: wrapUp.fixed } : null,
    ...(lines && { lines: { callIds: [...lines.callIds], capacity: lines.capacity } }),
  };
}

/** Today's counters of a queue. */
export interface QueueCounters {
  offered: number;
  answered: number;
  abandoned: number;
  /** Sent away by a limit of the queue. */
  flowedOut: number;
}

export const queueView = (queue: QueueSnapshot, counters: QueueCounters, clock: Clock): QueueView => ({
  queueId: queue.queueId,
  code: queue.code,
  name: queue.name,
  waiting: queue.waiting,
  callbacks: queue.callbacks,
  closed: queue.closed ?? null,
  oldestSince: queue.oldestSince === null ? null : isoOf(clock, queue.oldestSince),
  routable: queue.routable,
  talking: queue.talking,
  wrapUp: queue.wrapUp,
  offeredToday: counters.offered,
  answeredToday: counters.answered,
  abandonedToday: counters.abandoned,
  flowedOutToday: counters.flowedOut,
});

/** What an agent who is rung sees. */
export function offerOf(call: CallState, offerId: string, matches: CallerMatch[]): Offer {
  const party = call.parties.find((entry) => entry.offerId === offerId);
  const rung = rungWith(call, offerId);
  const decision = rung?.decision;
  return {
    offerId,
    call: viewOf(call),
    matches,
    expiresAt: new Date(party?.expiresWall ?? rung?.expiresWall ?? call.startedWall).toISOString(),
    reason: {
      rule: decision?.rule ?? '',
      idleMs: decision?.idleMs ?? null,
      considered: decision?.considered ?? 0,
      waitedMs: decision?.waitedMs ?? 0,
      ...(decision?.load !== undefined && { load: decision.load }),
      ...(decision?.capacity !== undefined && { capacity: decision.capacity }),
    },
  };
}
