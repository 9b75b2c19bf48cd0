import { formatSkills } from '../../shared/skills/expression.ts';
import { capacityOf, isRoutable, pointsAt, type Agent, type Call, type Lane, type Queue, type Step } from './model.ts';
import { isByIdle, shownScore } from './orders.ts';
import { SIMPLE } from './rules.ts';
import { hasSkills } from './skills.ts';
import { callsBack } from './stages.ts';
import type { CandidateVerdict, DecisionDetail, RoutingDecision } from './types.ts';

/** Others listed beside the chosen agent. */
const LISTED = 20;

/** What is to be explained. Must be known before the chosen agents are told, while they are still idle. */
interface Question {
  queue: Queue;
  lane: Omit<Lane, 'calls'>;
  call: Call;
  /** null = nobody is free. */
  chosen: Agent | null;
  /** All who are rung at the same time. */
  rung: readonly Agent[];
}

/** The first rule that put an agent behind or out, in the order in which the rules are applied. */
function verdictOn(agent: Agent, { queue, lane, call, chosen, rung }: Question): CandidateVerdict['verdict'] {
  if (rung.includes(agent)) return 'chosen';
  if (agent.presence !== 'available') return 'presence';
  if (agent.work === 'talking' && agent.passedFurther) return 'declinedFurther';
  if (isBusy(agent, call)) return 'busy';
  if (!isRoutable(agent)) return 'unhealthy';
  if (call.callback && !callsBack(agent)) return 'station';
  if (!hasSkills(agent.config.skills, lane)) return 'skill';
  if ((call.passes[agent.config.agentId] ?? 0) > 0) return 'declinedThisCall';
  const more = agent.callIds.length - (chosen?.callIds.length ?? 0);
  if (more > 0) return 'moreCalls';
  if (!isByIdle(queue.rules.order)) return 'behind';
  return agent.callIds.length > 0 ? 'talksShorter' : 'idleShorter';
}

/** No line is left for this call, health aside. */
const isBusy = (agent: Agent, call: Call): boolean =>
  agent.work !== 'idle' && (call.callback || !isRoutable({ ...agent, problems: [], restUntil: null, leaving: false }));

/** Up to `LISTED` agents other than the chosen: the routable first, longest idle first, then the rest. */
function others(pools: readonly Queue[], chosen: Agent | null): Agent[] {
  const list = new Set<Agent>();
  for (const isFree of [true, false]) {
    for (const pool of pools) {
      for (const agent of isFree ? pool.idle : pool.members) {
        if (list.size === LISTED) return [...list];
        if (agent !== chosen && isRoutable(agent) === isFree) list.add(agent);
      }
    }
  }
  return [...list];
}

function detailOf({ queue, lane, call }: Question, at: number): DecisionDetail | null {
  const { rules } = queue;
  const isSimple = rules === SIMPLE && call.preferred.length === 0 && !call.callback;
  if (isSimple) return null;
  return {
    stage: call.preferred[0]?.reason ?? 'pool',
    ring: call.ring,
    expression: lane.expression && formatSkills(lane.expression),
    levelsDown: lane.levelsDown,
    queueIds: lane.queueIds,
    priority: call.priority + rules.weight,
    aged: Math.round((pointsAt(call, at) - call.priority - rules.weight) * 100) / 100,
    callback: call.callback,
  };
}

/** Writes down why this agent, or nobody, gets the call. */
export function explain({ model, at }: Pick<Step, 'model' | 'at'>, question: Question): RoutingDecision {
  const { queue, lane, call, chosen } = question;
  const pools = [queue, ...lane.queueIds.flatMap((queueId) => model.queues.get(queueId) ?? [])];
  const awaited = lane.only === null ? undefined : model.agents.get(lane.only);
  const candidate = (agent: Agent, verdict: CandidateVerdict['verdict']): CandidateVerdict => {
    const score = shownScore(queue, agent, lane, at);
    const idleMs = agent.idleSince === null ? null : at - agent.idleSince;
    const problems = verdict === 'unhealthy' ? { problems: [...agent.problems] } : {};
    const capacity = capacityOf(agent);
    const lines = capacity > 1 ? { load: agent.callIds.length, capacity } : {};
    return { agentId: agent.config.agentId, verdict, idleMs, ...lines, ...(score !== undefined && { score }), ...problems };
  };
  const looked = lane.only === null ? others(pools, chosen) : awaited && awaited !== chosen ? [awaited] : [];
  const candidates = looked.map((agent) => candidate(agent, verdictOn(agent, question)));
  if (chosen) candidates.unshift(candidate(chosen, 'chosen'));
  const detail = detailOf(question, at);
  return {
    callId: call.callId,
    queueId: call.queueId,
    rule: queue.rules.order,
    agentId: chosen?.config.agentId ?? null,
    requiredSkills: call.requiredSkills,
    waitedMs: at - call.queuedAt,
    considered: lane.only === null ? (pools.length === 1 ? queue.members.length : new Set(pools.flatMap(({ members }) => members)).size) : 1,
    candidates,
    ...(detail && { detail }),
  };
}
