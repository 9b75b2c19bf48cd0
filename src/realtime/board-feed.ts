import type { Board, QueueView, ServerMessage } from '../../shared/events.ts';
import { queueView } from '../calls/agent-view.ts';
import { untilMidnight } from '../calls/counters.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import { viewOf } from '../calls/view.ts';
import type { Clock } from '../lib/clock.ts';

/** Shortest time between two updates of a board, ms. */
const UPDATE_EVERY_MS = 100;
/** After a quiet time: as long as one event takes to change everything that it changes (a call, its agent, its queue), ms. */
const TOGETHER_MS = 5;

/** What changed since the last update. */
interface Changes {
  queues: Set<string>;
  agents: Set<string>;
  calls: Set<string>;
  gone: Set<string>;
}

const noChanges = (): Changes => ({ queues: new Set(), agents: new Set(), calls: new Set(), gone: new Set() });

/** The board of one tenant: everyone who watches gets a snapshot, then batches of what changed. */
export class BoardFeed {
  readonly #tenant: TenantCell;
  readonly #clock: Clock;
  readonly #watchers = new Set<(message: ServerMessage) => void>();
  #changes = noChanges();
  #scheduled = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Runs while somebody watches: a board on which nothing happens must not show yesterday's counts as today's. */
  #cancelMidnight: () => void = () => undefined;

  constructor(tenant: TenantCell, clock: Clock) {
    this.#tenant = tenant;
    this.#clock = clock;
    const { events } = tenant.runtime;
    events.on('queue', ({ queueId }) => this.#note('queues', queueId));
    events.on('count', ({ queueId }) => this.#note('queues', queueId));
    events.on('agent', ({ agentId }) => this.#note('agents', agentId));
    events.on('call', ({ id }) => this.#note('calls', id));
    events.on('callGone', ({ callId }) => this.#note('gone', callId));
    events.on('agentRemoved', () => this.#snapshotToAll());
    events.on('queueRemoved', () => this.#snapshotToAll());
  }

  /** Sends the board now and its changes from now on; the returned function ends it. */
  watch(send: (message: ServerMessage) => void): () => void {
    this.#watchers.add(send);
    if (this.#watchers.size === 1) this.#armMidnight();
    send({ type: 'board', board: this.snapshot() });
    return () => {
      if (this.#watchers.delete(send) && this.#watchers.size === 0) this.#cancelMidnight();
    };
  }

  #armMidnight(): void {
    this.#cancelMidnight = this.#clock.after(untilMidnight(this.#clock.wall()), () => {
      this.#armMidnight();
      this.#snapshotToAll();
    });
  }

  snapshot(): Board {
    const { runtime, desks } = this.#tenant;
    return {
      at: this.#now(),
      queues: this.#queues(() => true),
      agents: runtime.agents().map((agent) => desks.agentView(agent)),
      calls: runtime.calls().filter(({ end }) => !end).map(viewOf),
      superviseTone: this.#tenant.superviseTone,
    };
  }

  #queues(wanted: (queueId: string) => boolean): QueueView[] {
    const { runtime, counters } = this.#tenant;
    const clock = this.#clock;
    return runtime
      .queues()
      .filter(({ queueId }) => wanted(queueId))
      .map((queue) => queueView(queue, counters.of(queue.queueId, clock.wall()), clock));
  }

  #note(kind: keyof Changes, id: string): void {
    if (this.#watchers.size === 0) return;
    this.#changes[kind].add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    const rest = this.#sentAt + UPDATE_EVERY_MS - this.#clock.monotonic();
    this.#clock.after(Math.max(TOGETHER_MS, rest), () => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const changes = this.#changes;
    this.#changes = noChanges();
    if (this.#watchers.size === 0) return;
    this.#sentAt = this.#clock.monotonic();
    const { runtime, desks } = this.#tenant;
    const calls = [...changes.calls].flatMap((id) => runtime.call(id) ?? []);
    const gone = [...changes.gone, ...calls.filter(({ end }) => end).map(({ id }) => id)];
    const agents = changes.agents.size === 0 ? [] : runtime.agents().filter(({ agentId }) => changes.agents.has(agentId));
    const message: ServerMessage = {
      type: 'board.update',
      at: this.#now(),
      queues: this.#queues((queueId) => changes.queues.has(queueId)),
      agents: agents.map((agent) => desks.agentView(agent)),
      calls: calls.filter(({ end }) => !end).map(viewOf),
      goneCalls: [...new Set(gone)],
    };
    for (const send of this.#watchers) send(message);
  }

  #snapshotToAll(): void {
    if (this.#watchers.size === 0) return;
    const message: ServerMessage = { type: 'board', board: this.snapshot() };
    for (const send of this.#watchers) send(message);
  }

  #now(): string {
    return new Date(this.#clock.wall()).toISOString();
  }
}
