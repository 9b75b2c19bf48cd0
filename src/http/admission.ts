import type { FastifyRequest } from 'fastify';
import type { RouteContract } from '../../shared/contract.ts';
import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { actorOf, forbidden, type Session } from '../modules/support/binding.ts';
import { claimOf, demandCsrfToken, demandOwnOrigin, type Auth } from './auth.ts';
import { ADDRESS_LIMIT, RATE_LIMITS, RateLimiter, type Limit, type RouteClassLimits } from './rate-limits.ts';
import { SHARES, TenantShares, type Shares } from './tenant-shares.ts';

/** Methods that change something. */
export const UNSAFE: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export interface AdmissionDeps {
  auth: Auth;
  withTenant: WithTenant;
  clock: Clock;
  rateLimits?: RouteClassLimits;
  /** Replaces the usual ones; for tests. */
  shares?: Shares;
}

/** Who may make a request of the API, and when it is their turn. */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #limiters: Limiters;
  readonly #quick: TenantShares;
  readonly #slow: TenantShares;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
    this.#limiters = createLimiters(deps);
    const { quick, slow } = deps.shares ?? SHARES;
    this.#quick = new TenantShares(quick, deps.clock);
    this.#slow = new TenantShares(slow, deps.clock);
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#quick.waiting + this.#slow.waiting;
  }

  /**
   * Address, origin, rate limit, session, permission, token: in this order, the cheapest first.
   * @param gone aborted when the client has closed the connection
   * @returns null on public routes
   * @throws AppError `rate_limited`, `foreign_origin`, `unauthenticated`, and what a session may not do
   */
  async enter(request: FastifyRequest, contract: RouteContract, gone?: AbortSignal): Promise<Session | null> {
    this.#limiters.address.take(request.ip);
    if (UNSAFE.has(contract.method)) demandOwnOrigin(request.headers, false);
    const limiter = this.#limiters[contract.rate];
    if (contract.permission === 'public') {
      limiter.take(request.ip);
      return null;
    }
    const claim = claimOf(request.headers);
    // Who has not been let in before may claim to be anybody's: their looking up counts for their address.
    const of = claim && limiter.knows(claim.key) ? claim.tenantId : request.ip;
    return this.#quick.run(of, async () => {
      const session = await this.#deps.auth.authenticate(request);
      limiter.take(claim?.key ?? request.ip);
      await admit(this.#deps, contract, request, session);
      return session;
    }, gone);
  }

  /** Answers a request when it is its tenant's turn, unless its client has gone; what it refuses by itself is written down. */
  async inTurn<T>(session: Session | null, contract: RouteContract, work: () => T | Promise<T>, gone?: AbortSignal): Promise<T> {
    if (!session) return work();
    const shares = contract.rate === 'heavy' ? this.#slow : this.#quick;
    return shares.run(session.tenantId, () => auditingRefusal(this.#deps, contract, session, work), gone);
  }
}

type Limiters = Record<keyof typeof RATE_LIMITS | 'address', RateLimiter>;

function createLimiters(deps: AdmissionDeps): Limiters {
  const make = (limit: Limit): RateLimiter => new RateLimiter(limit, deps.clock);
  const limits = { ...RATE_LIMITS, ...deps.rateLimits };
  return { address: make(ADDRESS_LIMIT), normal: make(limits.normal), heavy: make(limits.heavy), login: make(limits.login), public: make(limits.public) };
}

/** Refusals of handlers that are written down: somebody reached for what is not theirs. */
const REFUSALS: ReadonlySet<string> = new Set(['forbidden', 'above_you']);

/** What may be asked for by an unsafe method when the contract has ended: logging out, and copies to take along. */
const RETURNING_TAGS: ReadonlySet<string> = new Set(['session', 'exports']);

/** Whether the session may do this. @throws AppError `password_change_first`, `second_factor_first`, `contract_ended`, `forbidden`, `csrf` */
async function admit(deps: AdmissionDeps, contract: RouteContract, request: FastifyRequest, session: Session): Promise<void> {
  if (session.mustChangePassword && contract.tag !== 'session') throw new AppError('password_change_first', 403, 'Choose a password of your own first.');
  if (session.mustSetUpFactor && contract.tag !== 'session') throw new AppError('second_factor_first', 403, 'Set up a second factor first: your profile demands it.');
  if (session.isReturning && UNSAFE.has(contract.method) && !RETURNING_TAGS.has(contract.tag)) throw new AppError('contract_ended', 403, 'The contract has ended: what is there can be read and taken out, and not changed.');
  if (contract.permission !== 'session' && contract.permission !== 'public' && !session.permissions.has(contract.permission)) {
    await auditRefusal(deps, session, contract);
    throw forbidden();
  }
  if (UNSAFE.has(contract.method) && session.kind === 'user') demandCsrfToken(request.headers);
}

/** A refusal changes nothing, so its audit entry has a transaction of its own. */
async function auditRefusal(deps: AdmissionDeps, session: Session, contract: RouteContract): Promise<void> {
  await deps.withTenant(session.tenantId, actorOf(session), (tx) =>
    tx.audit({ code: 'access.refused', subject: { kind: 'route', id: contract.id }, detail: { permission: contract.permission } }),
  );
}

/** What a handler itself refuses stands in the audit log like a route that is refused as a whole. */
async function auditingRefusal<T>(deps: AdmissionDeps, contract: RouteContract, session: Session, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && REFUSALS.has(error.code)) await auditRefusal(deps, session, contract);
    throw error;
  }
}
