import type { IncomingMessage } from 'node:http';
import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { clientMessageSchema, draftCallClientSchema, webCallClientSchema, type ServerMessage } from '../../shared/events.ts';
import type { Cell } from '../calls/cell.ts';
import type { DeskSink } from '../calls/desk.ts';
import type { DraftCalls } from '../calls/draft-calls.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import type { HttpPlugin } from '../http/app.ts';
import { demandOwnOrigin, type Auth } from '../http/auth.ts';
import { RateLimiter, type Limit } from '../http/rate-limits.ts';
import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../modules/support/binding.ts';
import { BoardFeed } from './board-feed.ts';
import { DeskConnection } from './desk-connection.ts';
import { DraftConnection } from './draft-connection.ts';
import { OpenSockets } from './open-sockets.ts';
import { CLOSE, LiveSocket } from './socket.ts';
import { registerWalls } from './walls.ts';
import { VisitorConnection } from './visitor-connection.ts';
import { webCallEntrance } from './web-call-entrance.ts';
import { WebCallGate, type WebCallLimits } from './web-call-limits.ts';

export interface RealtimeDeps {
  cell: Cell;
  clock: Clock;
  logger: Logger;
  withTenant: WithTenant;
  webCallLimits?: WebCallLimits;
}

/** The largest message is an SDP of 20,000 characters with its JSON around it, bytes. */
const MAX_PAYLOAD = 64 * 1024;
/** Messages that one socket may send; a desk needs a few in a second at most. */
const MESSAGE_LIMIT: Limit = { max: 300, windowMs: 10_000 };

/**
 * The WebSockets of the product: `/api/v1/events` for users, `/api/v1/web-call/{tenant}` for visitors, `/api/v1/wall/{token}` for
 * screens, `/api/v1/draft-call/{ticket}` for who tries a draft of a flow out.
 * To be registered among the HTTP plugins, before the pages.
 */
export function createRealtime(deps: RealtimeDeps): HttpPlugin {
  return async (app, auth) => {
    const boards = new WeakMap<TenantCell, BoardFeed>();
    const boardOf = (tenant: TenantCell): BoardFeed => {
      const known = boards.get(tenant) ?? new BoardFeed(tenant, deps.clock);
      boards.set(tenant, known);
      return known;
    };
    const sockets = new OpenSockets(auth, deps.clock);
    const gate = new WebCallGate(deps.clock, deps.webCallLimits);
    await app.register(websocket, {
      options: { maxPayload: MAX_PAYLOAD, perMessageDeflate: false },
      // The library's own handler cuts the connection before the close code (1009: too large) has reached the browser.
      errorHandler(error, socket) {
        deps.logger.debug({ error: error.message }, 'WebSocket error');
        socket.close(CLOSE.failure);
      },
    });
    registerEvents(app, { ...deps, auth, boardOf, sockets });
    registerWebCall(app, { ...deps, gate });
    registerDraftCall(app, { ...deps, auth, sockets });
    registerWalls(app, { ...deps, boardOf, events: auth.events, tenant: (tenantId) => deps.cell.tenant(tenantId) });
  };
}

interface EventsDeps extends RealtimeDeps {
  auth: Auth;
  boardOf(tenant: TenantCell): BoardFeed;
  sockets: OpenSockets;
}

const credentialsOf = (request: FastifyRequest): { headers: IncomingMessage['headers']; ip: string } => ({
  headers: request.headers,
  ip: request.ip,
});

function registerEvents(app: FastifyInstance, deps: EventsDeps): void {
  // Sessions of requests that became sockets; set before the upgrade, so that a refusal is a plain HTTP answer.
  const sessions = new WeakMap<FastifyRequest, Session>();
  app.route({
    method: 'GET',
    url: '/api/v1/events',
    preValidation: async (request) => {
      sessions.set(request, await deps.auth.authenticateUpgrade(credentialsOf(request)));
    },
    handler: (_request, reply) => reply.code(426).send(),
    wsHandler: (socket, request) => {
      const session = sessions.get(request);
      const tenant = session && deps.cell.tenant(session.tenantId);
      if (!session || !tenant) return socket.close(CLOSE.policy, 'not here');
      openDesk(deps, socket, request, session, tenant);
    },
  });
}

function openDesk(deps: EventsDeps, socket: WebSocket, request: FastifyRequest, session: Session, tenant: TenantCell): void {
  const { clock, cell, logger } = deps;
  const limiter = new RateLimiter(MESSAGE_LIMIT, clock);
  let leave = (): void => undefined;
  const live = new LiveSocket(
    socket,
    clock,
    (text) => void onText(text),
    () => {
      leave();
      connection.closed();
    },
  );
  const sink: DeskSink = {
    send: (message: ServerMessage) => live.send(message),
    close(reason) {
      live.send({ type: 'bye', reason });
      live.close(reason === 'shutting_down' ? CLOSE.goingAway : CLOSE.normal, reason);
      connection.closed();
    },
  };
  const connection = new DeskConnection({ cell, tenant, session, board: deps.boardOf(tenant), sink });
  const onText = async (text: string): Promise<void> => {
    const message = parse(clientMessageSchema, text);
    if (!message) return live.close(CLOSE.policy, 'bad message');
    try {
      limiter.take('');
      await connection.handle(message);
    } catch (error) {
      if (!(error instanceof AppError)) logger.error({ error: messageOf(error), type: message.type }, 'desk command failed');
      const { code, text: said } = verdictOf(error);
      sink.send({ type: 'refused', ref: message.ref, code, message: said });
    }
  };
  leave = deps.sockets.add(session, credentialsOf(request), { close: (reason) => sink.close(reason), renewed: (fresh) => renew({ sink, connection, session }, fresh), tell: (message) => sink.send(message) });
  const database = cell.database.healthy ? 'up' : 'down';
  sink.send({ type: 'hello', at: new Date(clock.wall()).toISOString(), userId: session.userId, database, iceServers: [] });
}

const verdictOf = (error: unknown): { code: string; text: string } =>
  error instanceof AppError ? { code: error.code, text: error.message } : { code: 'internal', text: 'This did not work.' };

/** Every part of the connection looks at the one session object, so that rights that are gone are gone everywhere. */
function renew({ sink, connection, session }: { sink: DeskSink; connection: DeskConnection; session: Session }, fresh: Session): void {
  if (session.permissions.size === fresh.permissions.size && [...session.permissions].every((permission) => fresh.permissions.has(permission))) return;
  Object.assign(session, fresh);
  connection.accessChanged();
  sink.send({ type: 'access.changed' });
}

function registerWebCall(app: FastifyInstance, deps: RealtimeDeps & { gate: WebCallGate }): void {
  app.route({
    method: 'GET',
    url: '/api/v1/web-call/:tenant',
    preValidation: async (request) => demandOwnOrigin(request.headers, true),
    handler: (_request, reply) => reply.code(426).send(),
    wsHandler: (socket, request) => {
      const { tenant } = request.params as { tenant: string };
      openVisitor(deps, socket, request.ip, deps.cell.tenantBySlug(tenant));
    },
  });
}

function openVisitor(deps: RealtimeDeps & { gate: WebCallGate }, socket: WebSocket, ip: string, tenant: TenantCell | null): void {
  openCaller(deps, socket, webCallClientSchema, (live) => new VisitorConnection({ entrance: webCallEntrance(tenant, deps.gate, ip), newId, send: (message) => live.send(message) }));
}

/** A socket of a browser that calls: what it says goes to its connection, what that refuses is told. */
function openCaller<Schema extends z.ZodType>(
  { clock, logger }: RealtimeDeps,
  socket: WebSocket,
  schema: Schema,
  connect: (live: LiveSocket) => { handle(message: z.output<Schema>): void; closed(): void },
  onClosed: () => void = () => undefined,
): LiveSocket {
  const limiter = new RateLimiter(MESSAGE_LIMIT, clock);
  const onText = (text: string): void => {
    const message = parse(schema, text);
    if (!message) return live.close(CLOSE.policy, 'bad message');
    try {
      limiter.take('');
      caller.handle(message);
    } catch (error) {
      if (!(error instanceof AppError)) logger.error({ error: messageOf(error) }, 'web call failed');
      const { code, text: said } = verdictOf(error);
      live.send({ type: 'refused', code, message: said });
    }
  };
  const live = new LiveSocket(socket, clock, onText, () => {
    caller.closed();
    onClosed();
  });
  const caller = connect(live);
  return live;
}

function registerDraftCall(app: FastifyInstance, deps: RealtimeDeps & Pick<EventsDeps, 'auth' | 'sockets'>): void {
  const sessions = new WeakMap<FastifyRequest, Session>();
  app.route({
    method: 'GET',
    url: '/api/v1/draft-call/:ticket',
    preValidation: async (request) => {
      sessions.set(request, await deps.auth.authenticateUpgrade(credentialsOf(request)));
    },
    handler: (_request, reply) => reply.code(426).send(),
    wsHandler: (socket, request) => {
      const { ticket } = request.params as { ticket: string };
      const session = sessions.get(request);
      const drafts = session && deps.cell.tenant(session.tenantId)?.drafts;
      // The right may be gone since the call was ordered.
      if (!session?.permissions.has('settings.manage') || !drafts?.holds(ticket, session.userId)) return socket.close(CLOSE.policy, 'not here');
      openDraft(deps, socket, request, { session, drafts, ticket });
    },
  });
}

/** Ends with the session that ordered the call, like a desk, and with the right to it. */
function openDraft(deps: RealtimeDeps & Pick<EventsDeps, 'auth' | 'sockets'>, socket: WebSocket, request: FastifyRequest, { session, drafts, ticket }: { session: Session; drafts: DraftCalls; ticket: string }): void {
  let leave = (): void => undefined;
  const live = openCaller(
    deps,
    socket,
    draftCallClientSchema,
    (open) => new DraftConnection({ drafts, ticket, newId, send: (message) => open.send(message) }),
    () => leave(),
  );
  const close = (): void => live.close(CLOSE.normal, 'session_ended');
  leave = deps.sockets.add(session, credentialsOf(request), { close, renewed: ({ permissions }) => !permissions.has('settings.manage') && close() });
}

/** The message, or null when it is none of ours. */
function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
