import type { ClientMessage, ServerMessage } from '../../shared/events.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { DeskSink } from '../calls/desk.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import type { CallState } from '../calls/types.ts';
import { viewOf } from '../calls/view.ts';
import type { Actor } from '../db/types.ts';
import { AppError } from '../lib/errors.ts';
import type { Session } from '../modules/support/binding.ts';

type Of<Type extends ClientMessage['type']> = Extract<ClientMessage, { type: Type }>;

type AgentCommand = Of<'hand.raise' | 'hand.lower' | 'sos'>;
type SupervisorCommand = Of<'help.watch' | 'help.acknowledge' | 'help.end' | 'care.start' | 'care.end'>;

const SUPERVISOR_COMMANDS: ReadonlySet<string> = new Set(['help.watch', 'help.acknowledge', 'help.end', 'care.start', 'care.end']);

/** Commands that need no desk of one's own. */
export const isSupervisorCommand = (message: ClientMessage): message is SupervisorCommand => SUPERVISOR_COMMANDS.has(message.type);

export interface HelpCommandsOptions {
  tenant: TenantCell;
  session: Pick<Session, 'kind' | 'userId' | 'ip' | 'name'>;
  sink: DeskSink;
  /** @throws AppError `forbidden` */
  demand(permission: Permission): void;
}

/** Raised hands, SOS and care breaks, of one connection. */
export class HelpCommands {
  readonly #options: HelpCommandsOptions;
  #unwatch: (() => void) | null = null;

  constructor(options: HelpCommandsOptions) {
    this.#options = options;
  }

  /** The connection is closed. */
  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** What an agent asks for. @throws AppError `call_gone` */
  ask(message: AgentCommand): void {
    const { tenant, session } = this.#options;
    const agentId = session.userId;
    const agentName = tenant.runtime.agentConfig(agentId)?.name ?? session.name;
    if (message.type === 'hand.lower') {
      for (const { id, kind } of tenant.help.of(agentId)) if (kind === 'hand') tenant.help.end(id, 'lowered', this.#actor);
      return;
    }
    const { note } = message;
    const call = tenant.runtime.calls().find(({ agent, end }) => agent?.agentId === agentId && agent.stage === 'connected' && !end) ?? null;
    if (message.type === 'hand.raise') return tenant.help.raise('hand', { agentId, agentName, callId: call?.id ?? null, caller: callerOf(call), note }, this.#actor);
    if (call?.id !== message.callId) throw new AppError('call_gone', 409, 'You are not in this call.');
    tenant.help.raise('sos', { agentId, agentName, callId: call.id, caller: callerOf(call), note }, this.#actor);
    if (!call.conduct?.sos) tenant.runtime.toCall(call.id, { type: 'agent', agentId, action: { command: 'sos' }, ip: session.ip });
    if (tenant.careBreakMinutes > 0) tenant.care.start(agentId, tenant.careBreakMinutes, this.#actor);
  }

  /** What a supervisor does about it. @throws AppError `forbidden`, `help_over`, `not_an_agent` */
  supervise(message: SupervisorCommand): void {
    const { tenant, session } = this.#options;
    const isCare = message.type === 'care.start' || message.type === 'care.end';
    this.#options.demand(isCare ? 'agent.manage' : 'call.supervise');
    switch (message.type) {
      case 'help.watch':
        return this.#watch(message.on);
      case 'help.acknowledge':
        if (tenant.help.acknowledge(message.helpId, { userId: session.userId, name: session.name }, this.#actor)) return;
        throw over();
      case 'help.end':
        if (tenant.help.end(message.helpId, 'done', this.#actor)) return;
        throw over();
      case 'care.start':
        if (tenant.runtime.agentConfig(message.agentId)?.kind !== 'browser') throw new AppError('not_an_agent', 404, 'There is no such agent.');
        return tenant.care.start(message.agentId, message.minutes, this.#actor);
      case 'care.end':
        tenant.care.end(message.agentId, this.#actor);
    }
  }

  #watch(on: boolean): void {
    const { tenant, sink } = this.#options;
    this.stop();
    if (!on) return;
    const tell = (): void => sink.send({ type: 'help', open: tenant.help.open() } satisfies ServerMessage);
    this.#unwatch = tenant.help.events.on('changed', tell);
    tell();
  }

  get #actor(): Actor {
    const { kind, userId, ip } = this.#options.session;
    return { kind, id: userId, ip };
  }
}

const over = (): AppError => new AppError('help_over', 409, 'This request for help is over.');

function callerOf(call: CallState | null): string {
  if (!call) return '';
  const { callerNumber, callerName, direction, dialledNumber } = viewOf(call);
  return (direction === 'outbound' ? dialledNumber : callerNumber) || callerName;
}
