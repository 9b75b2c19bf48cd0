import { createAcd, reduceAcd, type AcdState } from './acd.ts';
import type { AcdEffect, AcdEvent, AgentConfig, AgentSnapshot, QueueConfig, Skills } from './types.ts';
import { agentsOf } from './views.ts';

type QueuedEvent = Extract<AcdEvent, { type: 'queued' }>;

/** A queue with telling defaults; tests name only what they are about. */
export const queueConfig = (queueId: string, change: Partial<QueueConfig> = {}): QueueConfig => ({
  queueId,
  code: queueId,
  name: queueId,
  requiredSkills: {},
  offerTimeoutMs: 20_000,
  wrapUpMs: 0,
  missedOffersToAway: 0,
  serviceLevelMs: 20_000,
  ...change,
});

/** A browser agent of queue `q`. */
export const agentConfig = (agentId: string, change: Partial<AgentConfig> = {}): AgentConfig => ({
  agentId,
  kind: 'browser',
  name: agentId,
  skills: {},
  queueIds: ['q'],
  stationUri: null,
  ...change,
});

/** A distributor that is driven by words, with offer ids `o1`, `o2` … */
export class TestAcd {
  state: AcdState;
  now = 0;
  /** Effects of the last event. */
  effects: AcdEffect[] = [];
  #ids = 0;

  constructor(queues: QueueConfig[], agents: AgentConfig[], random?: () => number) {
    this.state = createAcd(() => `o${++this.#ids}`, random);
    this.send({ type: 'configured', at: 0, queues, agents });
  }

  send(event: AcdEvent): AcdEffect[] {
    const result = reduceAcd(this.state, event);
    this.state = result.state;
    this.effects = result.effects;
    return result.effects;
  }

  /** One more millisecond, so that no two events are simultaneous. */
  tick(ms = 1): number {
    this.now += ms;
    return this.now;
  }

  available(...agentIds: string[]): AcdEffect[] {
    for (const agentId of agentIds) this.send({ type: 'presence', at: this.tick(), agentId, presence: 'available' });
    return this.effects;
  }

  queue(callId: string, change: Partial<Omit<QueuedEvent, 'type' | 'at' | 'callId' | 'requiredSkills'>> & { skills?: Skills } = {}): AcdEffect[] {
    const at = this.tick();
    const { queueId = 'q', priority = 0, skills = {}, queuedAt = at, ...rest } = change;
    return this.send({ type: 'queued', at, callId, queueId, requiredSkills: skills, priority, queuedAt, ...rest });
  }

  accept(offerId: string): AcdEffect[] {
    return this.send({ type: 'accepted', at: this.tick(), offerId });
  }

  decline(offerId: string): AcdEffect[] {
    return this.send({ type: 'declined', at: this.tick(), offerId });
  }

  timeout(offerId: string): AcdEffect[] {
    return this.send({ type: 'timer', at: this.tick(20_000), timer: { kind: 'offer', offerId } });
  }

  release(agentId: string, callId: string): AcdEffect[] {
    return this.send({ type: 'released', at: this.tick(), agentId, callId });
  }

  agent(agentId: string): AgentSnapshot {
    const found = agentsOf(this.state).find((agent) => agent.agentId === agentId);
    if (!found) throw new Error(`no agent ${agentId}`);
    return found;
  }
}

/** Effects of one type. */
export const only = <Type extends AcdEffect['type']>(
  effects: readonly AcdEffect[],
  type: Type,
): Extract<AcdEffect, { type: Type }>[] =>
  effects.filter((effect): effect is Extract<AcdEffect, { type: Type }> => effect.type === type);

/** `agent<-call` of every offer among the effects. */
export const offersIn = (effects: readonly AcdEffect[]): string[] =>
  only(effects, 'offer').map((offer) => `${offer.agentId}<-${offer.callId}`);

/** Equal draws each time it is made. */
export function testRandom(): () => number {
  let state = 7;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}
