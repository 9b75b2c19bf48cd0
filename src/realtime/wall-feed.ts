import { AGENT_STATES, agentState, type AgentState } from '../../shared/agent-state.ts';
import type { AgentView } from '../../shared/events.ts';
import type { WallMessage, WallView } from '../../shared/wall.ts';
import { queueView } from '../calls/agent-view.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import { viewOf } from '../calls/view.ts';
import type { Clock } from '../lib/clock.ts';
import type { WallGrant } from '../modules/walls/wall-links.service.ts';
import type { BoardFeed } from './board-feed.ts';

/** Shortest time between two pictures, ms: what happens is on the wall within half a second. */
const PICTURE_EVERY_MS = 400;
/** How often a screen hears that what it shows is still true, ms. */
const ALIVE_EVERY_MS = 4_000;
/** More names, or callers who wait, than can be read from afar. */
const MOST_AGENTS = 200;
const MOST_WAITING = 10;

const noStates = (): Record<AgentState, number> => Object.fromEntries(AGENT_STATES.map((state) => [state, 0])) as Record<AgentState, number>;

/** What the link lets a screen see of the tenant, and nothing else. */
export function wallViewOf(tenant: TenantCell, grant: WallGrant, clock: Clock): WallView {
  const { runtime, counters, desks } = tenant;
  const chosen = new Set(grant.queueIds);
  const queues = runtime.queues().filter(({ queueId }) => chosen.has(queueId));
  const serves = (agentId: string): boolean => runtime.agentConfig(agentId)?.queueIds.some((queueId) => chosen.has(queueId)) ?? false;
  const agents = runtime.agents().filter(({ agentId }) => serves(agentId));
  const people = agents.filter(({ kind }) => kind === 'browser').map((agent) => desks.agentView(agent));
  const states = noStates();
  for (const agent of people) states[agentState(agent)] += 1;
  return {
    at: new Date(clock.wall()).toISOString(),
    name: grant.name,
    queues: queues.map((queue) => queueView(queue, counters.of(queue.queueId, clock.wall()), clock)),
    states,
    freeStations: agents.filter(({ kind, presence, work }) => kind === 'station' && presence === 'available' && work === 'idle').length,
    agents: grant.showsNames ? namesOf(people) : [],
    waiting: grant.showsNumbers ? waitingOf(tenant, chosen) : [],
  };
}

const namesOf = (people: readonly AgentView[]): WallView['agents'] =>
  people
    .map((agent) => ({ name: agent.name, state: agentState(agent), since: agent.since }))
    .filter(({ state }) => state !== 'offline')
    .slice(0, MOST_AGENTS);

function waitingOf({ runtime }: TenantCell, chosen: ReadonlySet<string>): WallView['waiting'] {
  return runtime
    .calls()
    .filter(({ phase, queue, end }) => !end && (phase === 'queued' || phase === 'ringing') && queue !== null && chosen.has(queue.queueId))
    .map(viewOf)
    .map(({ callerNumber, queueName, queuedAt, startedAt }) => ({ number: callerNumber, queueName, since: queuedAt ?? startedAt }))
    .sort((a, b) => a.since.localeCompare(b.since))
    .slice(0, MOST_WAITING);
}

/** What does not change by itself: the time of the picture is none of it. */
const contentOf = (view: WallView): string => JSON.stringify({ ...view, at: '' });

/** The pictures of one link, made once for all its screens. */
export class WallFeed {
  readonly #tenant: TenantCell;
  readonly #board: BoardFeed;
  readonly #clock: Clock;
  readonly #screens = new Set<(message: WallMessage) => void>();
  #grant: WallGrant;
  #unwatch: () => void = () => undefined;
  #cancelAlive: () => void = () => undefined;
  #scheduled = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #content = '';

  constructor(options: { tenant: TenantCell; grant: WallGrant; board: BoardFeed; clock: Clock }) {
    this.#tenant = options.tenant;
    this.#grant = options.grant;
    this.#board = options.board;
    this.#clock = options.clock;
  }

  /** Screens that show it. */
  get size(): number {
    return this.#screens.size;
  }

  /** Sends a picture now and whenever it changes; the returned function ends it. @param grant as the link is now */
  show(grant: WallGrant, send: (message: WallMessage) => void): () => void {
    this.#grant = grant;
    this.#screens.add(send);
    if (this.#screens.size === 1) {
      // The board says when anything changes at all; whether it is anything of this link is seen by comparing.
      this.#unwatch = this.#board.watch(() => this.#note());
      this.#armAlive();
    }
    send({ type: 'wall', view: wallViewOf(this.#tenant, grant, this.#clock) });
    return () => {
      if (this.#screens.delete(send) && this.#screens.size === 0) this.#rest();
    };
  }

  /** The link has ended: every screen is told so. */
  end(): void {
    for (const send of this.#screens) send({ type: 'wall.over' });
  }

  #rest(): void {
    this.#unwatch();
    this.#cancelAlive();
  }

  #armAlive(): void {
    this.#cancelAlive = this.#clock.after(ALIVE_EVERY_MS, () => {
      this.#armAlive();
      const at = new Date(this.#clock.wall()).toISOString();
      for (const send of this.#screens) send({ type: 'wall.alive', at });
    });
  }

  #note(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(Math.max(0, this.#sentAt + PICTURE_EVERY_MS - this.#clock.monotonic()), () => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#screens.size === 0) return;
    const view = wallViewOf(this.#tenant, this.#grant, this.#clock);
    const content = contentOf(view);
    if (content === this.#content) return;
    this.#content = content;
    this.#sentAt = this.#clock.monotonic();
    for (const send of this.#screens) send({ type: 'wall', view });
  }
}
