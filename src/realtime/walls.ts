import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WithTenant } from '../db/types.ts';
import { demandOwnOrigin } from '../http/auth.ts';
import { RateLimiter, type Limit } from '../http/rate-limits.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import { grantOf, noteOpened, type WallGrant } from '../modules/walls/wall-links.service.ts';
import type { BoardFeed } from './board-feed.ts';
import { CLOSE, LiveSocket } from './socket.ts';
import { WallFeed } from './wall-feed.ts';

export interface WallDeps {
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  events: DomainEmitter;
  tenant(tenantId: string): TenantCell | null | undefined;
  boardOf(tenant: TenantCell): BoardFeed;
}

/** Connections that one address may try to make: a room of screens behind one address, each trying again after a restart. */
const TRY_LIMIT: Limit = { max: 60, windowMs: 60_000 };
/** Screens of one link, and of all links of a tenant, at the same time. */
const MOST_PER_LINK = 20;
const MOST_PER_TENANT = 100;
/** How often the link is looked at again while a screen shows it, ms. */
const CHECK_MS = 60_000;
/** A screen that comes back within this time was not opened anew, ms. */
const SAME_OPENING_MS = 10 * 60_000;
/** Openings remembered at most. */
const MOST_REMEMBERED = 10_000;

const tooMany = (): AppError => new AppError('too_many_screens', 429, 'Too many screens show this at the moment.');

/** The WebSocket of screens without a login: `/api/v1/wall/{token}`. */
export function registerWalls(app: FastifyInstance, deps: WallDeps): void {
  const screens = new Screens(deps);
  const limiter = new RateLimiter(TRY_LIMIT, deps.clock);
  // Grants of requests that became sockets; set before the upgrade, so that a refusal is a plain HTTP answer.
  const grants = new WeakMap<FastifyRequest, WallGrant>();
  deps.events.on('wallLinkRevoked', ({ linkId }) => screens.end(linkId));
  app.route({
    method: 'GET',
    url: '/api/v1/wall/:token',
    preValidation: async (request) => {
      demandOwnOrigin(request.headers, true);
      limiter.take(request.ip);
      const grant = await grantOf(deps, (request.params as { token: string }).token, request.ip);
      if (!screens.hasRoom(grant)) throw tooMany();
      grants.set(request, grant);
    },
    handler: (_request, reply) => reply.code(426).send(),
    wsHandler: (socket, request) => {
      const grant = grants.get(request);
      const tenant = grant && deps.tenant(grant.tenantId);
      if (!grant || !tenant) return socket.close(CLOSE.policy, 'not here');
      screens.open(socket, { tenant, grant, token: (request.params as { token: string }).token, ip: request.ip });
    },
  });
}

interface Opening {
  tenant: TenantCell;
  grant: WallGrant;
  token: string;
  ip: string;
}

/** All screens of this process. */
class Screens {
  readonly #deps: WallDeps;
  readonly #feeds = new Map<string, { tenantId: string; feed: WallFeed }>();
  /** When each link was last open at each address, monotonic ms; oldest first. */
  readonly #seen = new Map<string, number>();
  readonly #ends = new Map<string, Set<() => void>>();

  constructor(deps: WallDeps) {
    this.#deps = deps;
  }

  hasRoom({ linkId, tenantId }: WallGrant): boolean {
    const ofTenant = [...this.#feeds.values()].filter((entry) => entry.tenantId === tenantId).reduce((sum, { feed }) => sum + feed.size, 0);
    return ofTenant < MOST_PER_TENANT && (this.#feeds.get(linkId)?.feed.size ?? 0) < MOST_PER_LINK;
  }

  /** The link has ended: its screens go dark. */
  end(linkId: string): void {
    this.#feeds.get(linkId)?.feed.end();
    for (const end of this.#ends.get(linkId) ?? []) end();
  }

  open(socket: WebSocket, opening: Opening): void {
    const { grant } = opening;
    const { linkId } = grant;
    const feed = this.#feedOf(opening);
    let cancelCheck = (): void => undefined;
    const live = new LiveSocket(
      socket,
      this.#deps.clock,
      // A screen has nothing to say.
      () => live.close(CLOSE.policy, 'bad message'),
      () => {
        cancelCheck();
        leave();
        this.#remember(`${linkId} ${opening.ip}`);
        this.#ends.get(linkId)?.delete(end);
        if (feed.size > 0) return;
        this.#feeds.delete(linkId);
        this.#ends.delete(linkId);
      },
    );
    const end = (): void => live.close(CLOSE.policy, 'over');
    const leave = feed.show(grant, (message) => live.send(message));
    this.#ends.set(linkId, (this.#ends.get(linkId) ?? new Set()).add(end));
    this.#note(opening);
    cancelCheck = this.#check(opening, () => {
      live.send({ type: 'wall.over' });
      end();
    });
  }

  #feedOf({ tenant, grant }: Opening): WallFeed {
    const known = this.#feeds.get(grant.linkId)?.feed;
    if (known) return known;
    const feed = new WallFeed({ tenant, grant, board: this.#deps.boardOf(tenant), clock: this.#deps.clock });
    this.#feeds.set(grant.linkId, { tenantId: grant.tenantId, feed });
    return feed;
  }

  /** Once for a screen that only connects again. A database that is away does not darken the wall. */
  #note({ grant, ip }: Opening): void {
    const key = `${grant.linkId} ${ip}`;
    const before = this.#seen.get(key);
    this.#remember(key);
    if (before !== undefined && this.#deps.clock.monotonic() - before < SAME_OPENING_MS) return;
    noteOpened(this.#deps, grant, ip).catch((error: unknown) => this.#deps.logger.warn({ error: messageOf(error) }, 'opening of a wallboard was not written down'));
  }

  #remember(key: string): void {
    this.#seen.delete(key);
    this.#seen.set(key, this.#deps.clock.monotonic());
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** Links also end by themselves, tenants are suspended, and ranges of addresses change. */
  #check({ token, ip }: Opening, over: () => void): () => void {
    const { clock } = this.#deps;
    let cancel = (): void => undefined;
    let left = false;
    const check = async (): Promise<void> => {
      let wait = CHECK_MS;
      try {
        const { expiresAt } = await grantOf(this.#deps, token, ip);
        if (expiresAt !== null) wait = Math.min(wait, Math.max(1, Date.parse(expiresAt) - clock.wall()));
      } catch (error) {
        // A database that is away says nothing about the link.
        if (error instanceof AppError && error.status < 500) return left ? undefined : over();
      }
      if (!left) cancel = clock.after(wait, () => void check());
    };
    // At once, for a link that ended between the upgrade and the screen's entry here.
    void check();
    return () => {
      left = true;
      cancel();
    };
  }
}
