import type { RunAction, RunStep, FlowRun } from '../../shared/api/flow-runs.ts';
import { leaveFlow, newFlowState, reduceIvr } from './interpreter.ts';
import type { CallFacts, Flow, IvrEffect, IvrEvent, IvrState, IvrTimer, LookupQuery, LookupResult } from './types.ts';

/** IvrEvent without its times. */
type Input = IvrEvent extends infer Event ? (Event extends IvrEvent ? Omit<Event, 'at' | 'wall'> : never) : never;

/** More steps than any sensible call has. */
const MOST_STEPS = 2000;

/** Reads what somebody gave as a server's answer; what is no JSON fails like the real thing. */
function answerOf(action: Extract<RunAction, { do: 'answer' }>): LookupResult {
  if (action.outcome !== 'ok') return { kind: 'http', outcome: action.outcome, reason: '' };
  try {
    return { kind: 'http', outcome: 'ok', answer: JSON.parse(action.json ?? '{}') as unknown };
  } catch {
    return { kind: 'http', outcome: 'failed', reason: 'no_json' };
  }
}

/** A call of nobody: sounds end at once, time passes only when it is waited for. */
class Rehearsal {
  readonly steps: RunStep[] = [];
  readonly #flow: Flow;
  readonly #facts: CallFacts;
  readonly #startedAt: number;
  readonly #timers = new Map<IvrTimer, number>();
  #state: IvrState;
  #now = 0;
  #playing = false;
  #lookUp: 'customers' | 'answer' | null = null;
  #over = false;

  constructor(flow: Flow, facts: CallFacts, startedAt: number) {
    this.#flow = flow;
    this.#facts = facts;
    this.#startedAt = startedAt;
    this.#state = newFlowState(flow);
    this.#feed({ type: 'start' });
  }

  #say(kind: RunStep['kind'], text: string): void {
    const { node } = this.#state;
    if (this.steps.length < MOST_STEPS) this.steps.push({ node, kind, verb: this.#flow.nodes[node]?.verb ?? '', text, atMs: this.#now });
  }

  #feed(input: Input): void {
    if (this.#over) return;
    this.#step(input);
    while (this.#playing && !this.#over) {
      this.#playing = false;
      this.#step({ type: 'playFinished' });
    }
  }

  #step(input: Input): void {
    const { state, effects } = reduceIvr(this.#flow, this.#state, { ...input, at: this.#now, wall: this.#startedAt + this.#now } as IvrEvent, this.#facts);
    this.#state = state;
    for (const effect of effects) this.#hear(effect);
  }

  #hear(effect: IvrEffect): void {
    switch (effect.type) {
      case 'trace':
        if (this.steps.length < MOST_STEPS) this.steps.push({ node: effect.node, kind: effect.detail === '' ? 'reached' : 'told', verb: effect.verb, text: effect.detail, atMs: this.#now });
        return;
      case 'play':
        // Music has no end.
        this.#playing = !effect.loop;
        return this.#say('heard', effect.prompts.join(' '));
      case 'stopPlay':
        this.#playing = false;
        return;
      case 'setTimer':
        this.#timers.set(effect.timer, this.#now + effect.afterMs);
        return;
      case 'clearTimer':
        this.#timers.delete(effect.timer);
        return;
      case 'lookUp':
        return this.#asked(effect.query);
      case 'hangup':
        this.#over = true;
        return this.#say('ended', effect.cause ?? 'hangup');
      default:
    }
  }

  #asked(query: LookupQuery): void {
    // Nothing is recorded here, and no box is opened.
    if (query.kind !== 'customer' && query.kind !== 'http') return;
    this.#lookUp = query.kind === 'customer' ? 'customers' : 'answer';
    this.#say('told', query.kind === 'customer' ? query.number : `${query.method} ${query.url}`);
  }

  #wait(): void {
    const [next] = [...this.#timers].toSorted(([, a], [, b]) => a - b);
    if (!next) return;
    const [timer, at] = next;
    this.#timers.delete(timer);
    this.#now = at;
    this.#say('did', `wait ${timer}`);
    this.#feed({ type: 'timer', timer });
  }

  /** The call leaves the flow. */
  #leave(why: string): void {
    this.#state = leaveFlow(this.#flow, this.#state).state;
    this.#over = true;
    this.#say('ended', why);
  }

  #found(result: LookupResult): void {
    this.#lookUp = null;
    this.#feed({ type: 'lookedUp', request: this.#state.request ?? 0, result });
  }

  run(action: RunAction): void {
    if (this.#over) return;
    switch (action.do) {
      case 'keys':
        this.#say('did', `key ${action.keys}`);
        for (const digit of action.keys) this.#feed({ type: 'digit', digit });
        return;
      case 'wait':
        return this.#wait();
      case 'agent':
        return this.waitsFor === 'queue' ? this.#leave('agent') : undefined;
      case 'unroutable':
        return this.waitsFor === 'queue' ? this.#feed({ type: 'unroutable' }) : undefined;
      case 'dialled':
        return this.#feed({ type: 'dialDone', outcome: action.outcome });
      case 'message':
        return this.#message();
      case 'customers':
        return this.#found({ kind: 'customer', customers: action.labels.map((labels, index) => ({ id: `customer-${index + 1}`, labels })) });
      case 'answer':
        return this.#found(answerOf(action));
      case 'hangup':
        return this.#leave('caller');
    }
  }

  /** The caller has spoken; asked what shall become of the message, they answer by keys. */
  #message(): void {
    if (this.#state.phase === 'recording') this.#feed({ type: 'voicemailSilent' });
    if (this.#state.phase === 'closing') this.#feed({ type: 'voicemailDone', recording: 'message' });
  }

  get waitsFor(): FlowRun['waitsFor'] {
    if (this.#over) return null;
    switch (this.#flow.nodes[this.#state.node]?.verb) {
      case 'queue':
        return 'queue';
      case 'dial':
        return 'dial';
      case 'voicemail':
        return this.#state.phase === 'recording' ? 'message' : 'keys';
      case 'customer':
      case 'http':
        return this.#lookUp;
      case 'mailbox':
      case 'menu':
      case 'collect':
      case 'consent':
        return 'keys';
      default:
        return 'nothing';
    }
  }

  get result(): FlowRun {
    const { vars = {}, masked = [], node } = this.#state;
    const variables = Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, masked.includes(name) ? '•'.repeat(value.length) : value]));
    return { steps: this.steps, node, waitsFor: this.waitsFor, variables };
  }
}

/**
 * Runs a linked flow as a call would, with what the caller and the outside do given in order.
 * @param at when the call comes, ms since the epoch
 */
export function rehearse(flow: Flow, facts: CallFacts, at: number, actions: readonly RunAction[]): FlowRun {
  const rehearsal = new Rehearsal(flow, facts, at);
  for (const action of actions) rehearsal.run(action);
  return rehearsal.result;
}
