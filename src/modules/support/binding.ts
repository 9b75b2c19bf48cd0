import type { Readable } from 'node:stream';
import type { RouteContract, RouteInput, RouteOutput } from '../../../shared/contract.ts';
import type { ZodType } from 'zod';
import type { Permission } from '../../../shared/permissions.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';

/** Who is behind a request: a logged-in user, or a program with an API key. */
export interface Session {
  kind: 'user' | 'apiKey';
  tenantId: string;
  /** Of an API key: the key's id. */
  userId: string;
  /** The user behind it: of an API key its owner, empty when the key has none. */
  personId: string;
  sessionId: string;
  permissions: ReadonlySet<Permission>;
  /** The profile demands a second factor that the user has not set up yet: until then the session is for nothing else. */
  mustSetUpFactor: boolean;
  /** The password was issued by somebody else and has to be changed: until then the session is for nothing else. */
  mustChangePassword: boolean;
  /** The tenant's contract has ended: the session reads and takes data out, and changes nothing. */
  isReturning: boolean;
  ip: string;
  loginId: string;
  name: string;
  profileId: string;
  profileCode: string;
  /** When it ends at the latest, ms since the epoch; null for API keys. */
  expiresAt: number | null;
}

/** What a handler may use besides its checked input. */
export interface RequestContext {
  /** Source address of the connection. */
  ip: string;
  /** @throws AppError `unauthenticated` on a public route without a session */
  session: Session;
  userAgent: string;
  /** Scheme, host and port that the request came to, as the client says. */
  origin: string;
  /** The `Range` header, if any. */
  range: string | null;
  /** Runs `work` in one transaction of the session's tenant, acting as the session. */
  inTenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** Value of the session cookie, empty when there is none. */
  cookie: string;
  setCookie(value: string): void;
  clearCookie(): void;
  /** Token of the challenge that this browser was given, empty when there is none. */
  challenge: string;
  /** @param ms how long the browser keeps it */
  setChallenge(token: string, ms: number): void;
  /** What this browser is known by from earlier logins, empty when it is not. */
  browser: string;
  setBrowser(token: string): void;
}

/** An answer that is not JSON. */
export class BinaryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | Readable;

  constructor(status: number, headers: Record<string, string>, body: Buffer | Readable) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

type Answer<Contract extends RouteContract> = Contract extends { binary: string }
  ? BinaryAnswer
  : Contract['response'] extends ZodType
    ? RouteOutput<Contract>
    : void;

/** Body of an `upload` route: its bytes. */
type Input<Contract extends RouteContract> = Contract extends { upload: string }
  ? Omit<RouteInput<Contract>, 'body'> & { body: Buffer }
  : RouteInput<Contract>;

/** A contract with the code that fulfils it. */
export interface BoundRoute {
  contract: RouteContract;
  handle(input: { params: unknown; query: unknown; body: unknown }, context: RequestContext): Promise<unknown>;
}

/** Joins a contract and its handler; the compiler checks that they fit. */
export function bind<const Contract extends RouteContract>(
  contract: Contract,
  handle: (input: Input<Contract>, context: RequestContext) => Promise<Answer<Contract>>,
): BoundRoute {
  return { contract, handle: (input, context) => handle(input as Input<Contract>, context) };
}

/** The session as it acts in a transaction. */
export const actorOf = (session: Session): Actor => ({ kind: session.kind, id: session.userId, ip: session.ip });

/** @throws AppError `forbidden` */
export function demand(session: Session, permission: Permission): void {
  if (!session.permissions.has(permission)) throw forbidden();
}

export const forbidden = (): AppError => new AppError('forbidden', 403, 'Your profile does not allow this.');
export const unauthenticated = (): AppError => new AppError('unauthenticated', 401, 'Log in first.');
