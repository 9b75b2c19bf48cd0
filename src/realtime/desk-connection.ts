import type { AgentView, ClientMessage, ServerMessage } from '../../shared/events.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { Cell } from '../calls/cell.ts';
import type { DeskSink } from '../calls/desk.ts';
import { besideOthers, clearLine, othersOf } from '../calls/own-lines.ts';
import { freeSlot, parkedAt } from '../calls/park-slots.ts';
import { rungWith } from '../calls/rung.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import type { AgentCommand } from '../calls/types.ts';
import { AppError } from '../lib/errors.ts';
import type { Session } from '../modules/support/binding.ts';
import type { BoardFeed } from './board-feed.ts';
import { HelpCommands, isSupervisorCommand } from './help-commands.ts';
import { isRoutingCommand, routingCommand } from './routing-commands.ts';

export interface DeskConnectionOptions {
  cell: Pick<Cell, 'dial'>;
  tenant: TenantCell;
  session: Pick<Session, 'kind' | 'userId' | 'ip' | 'permissions' | 'name'>;
  board: BoardFeed;
  sink: DeskSink;
}

type Command = Exclude<ClientMessage, { type: 'ping' }>;

const refuse = (code: string, status: number, message: string): AppError => new AppError(code, status, message);

/** What one logged-in browser may ask for. Refusals are thrown as AppError and answered with `refused`. */
export class DeskConnection {
  readonly #options: DeskConnectionOptions;
  #unwatch: (() => void) | null = null;
  readonly #help: HelpCommands;
  /** Refusals in the audit log already: one entry for each permission and connection, however often it is tried. */
  readonly #audited = new Set<Permission>();

  constructor(options: DeskConnectionOptions) {
    this.#options = options;
    this.#help = new HelpCommands({ ...options, demand: (permission) => this.#demand(permission) });
  }

  /** Works one message in; what happens is told by messages. */
  async handle(message: ClientMessage): Promise<void> {
    const { sink } = this.#options;
    if (message.type === 'ping') {
      sink.send({ type: 'ack', ref: message.ref });
      return;
    }
    const data = await this.#run(message);
    sink.send(data === undefined ? { type: 'ack', ref: message.ref } : { type: 'ack', ref: message.ref, data });
  }

  /** What the user may see no more stops coming, and who may not listen to a call any more leaves it. */
  accessChanged(): void {
    const { tenant, session } = this.#options;
    if (!session.permissions.has('board.read')) this.#watchNothing();
    if (session.permissions.has('call.supervise')) return;
    this.#help.stop();
    const agentId = session.userId;
    for (const { id, parties } of tenant.runtime.calls()) {
      if (parties.some((party) => party.role === 'supervisor' && party.agentId === agentId)) tenant.runtime.toCall(id, { type: 'superviseEnd', agentId, ip: session.ip });
    }
  }

  #watchNothing(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** The socket is closed. */
  closed(): void {
    const { tenant, session, sink } = this.#options;
    this.#watchNothing();
    this.#help.stop();
    tenant.desks.closed(session.userId, sink);
  }

  async #run(message: Command): Promise<unknown> {
    if (message.type === 'board.watch') return this.#watch(message.on);
    if (isSupervisorCommand(message)) return this.#help.supervise(message);
    if (isRoutingCommand(message)) return routingCommand(message, { ...this.#options, demand: (permission) => this.#demand(permission) });
    this.#demand('call.handle');
    if (message.type === 'desk.open') return this.#open(message.takeOver);
    this.#demandDesk();
    const { tenant, session, cell, sink } = this.#options;
    const { runtime, desks } = tenant;
    const agentId = session.userId;
    const at = runtime.now();
    switch (message.type) {
      case 'line.offer': {
        const sdp = await desks.connectLine(agentId, message.sdp);
        sink.send({ type: 'line.answer', sdp });
        return;
      }
      case 'health': {
        const { microphone, roundTripMs, lossPercent } = message;
        return desks.health(agentId, { microphone, roundTripMs, lossPercent });
      }
      case 'presence':
        return this.#choosePresence(message.presence, message.reasonId ?? null);
      case 'accept':
      case 'decline':
        return this.#answerOffer(message.type, message.offerId);
      case 'hold':
        return this.#hold(message.callId);
      case 'resume':
        return this.#onLine(message.callId, { command: 'resume' });
      case 'hangup':
        return this.#hangup(message.callId);
      case 'dtmf':
        return this.#toCall(message.callId, { command: 'dtmf', digit: message.digit });
      case 'transfer':
        this.#demandAlone(message.callId);
        return this.#toCall(message.callId, { command: 'transfer', target: message.target });
      case 'consult':
        return this.#onLine(message.callId, { command: 'consult', target: message.target });
      case 'consult.handOver':
        return this.#toCall(message.callId, { command: 'handOver' });
      case 'conference':
        return this.#toCall(message.callId, { command: 'conference' });
      case 'conference.leave':
        return this.#toCall(message.callId, { command: 'leave' });
      case 'party.drop':
        return this.#toCall(message.callId, { command: 'drop', party: message.partyId });
      case 'recording.pause':
        return this.#toCall(message.callId, { command: 'record', paused: message.paused });
      case 'park': {
        this.#demandAlone(message.callId);
        const slot = freeSlot(runtime.calls());
        this.#toCall(message.callId, { command: 'park', slot });
        return { slot };
      }
      case 'pickUp':
        return this.#pickUp(message.slot);
      case 'supervise':
        return this.#supervise(message);
      case 'supervise.end':
        return runtime.toCall(message.callId, { type: 'superviseEnd', agentId, ip: session.ip });
      case 'dial':
        if (message.trunkId !== undefined) this.#demand('settings.manage');
        return cell.dial(tenant.tenantId, agentId, message.number, { callerId: message.callerId ?? null, trunkId: message.trunkId ?? null });
      case 'hand.raise':
      case 'hand.lower':
      case 'sos':
        return this.#help.ask(message);
      case 'conduct.announce':
        if (message.kind === 'ending' && !runtime.call(message.callId)?.conduct?.warned) throw refuse('warn_first', 409, 'Play the warning first.');
        return this.#toCall(message.callId, { command: 'announce', kind: message.kind });
      case 'wrapUp.done':
        this.#demandComplete();
        return runtime.toAcd({ type: 'wrapUpDone', at, agentId });
      case 'wrapUp.extend':
        if ((this.#agent()?.wrapUp?.extensionsLeft ?? 0) === 0) throw refuse('no_more_time', 409, 'This wrap-up cannot be lengthened any more.');
        return runtime.toAcd({ type: 'wrapUpExtended', at, agentId });
    }
  }

  #demand(permission: Permission): void {
    if (this.#options.session.permissions.has(permission)) return;
    this.#auditRefusal(permission);
    throw refuse('forbidden', 403, 'Your profile does not allow this.');
  }

  #auditRefusal(permission: Permission): void {
    if (this.#audited.has(permission)) return;
    this.#audited.add(permission);
    const { tenant, session } = this.#options;
    const subject = { kind: 'route', id: 'events' };
    tenant.journal.add({ kind: session.kind, id: session.userId, ip: session.ip }, { kind: 'audit', code: 'access.refused', subject, detail: { permission } });
  }

  #demandDesk(): void {
    const { tenant, session, sink } = this.#options;
    if (!tenant.desks.isOpen(session.userId, sink)) throw refuse('desk_not_open', 409, 'Open the desk first.');
  }

  #open(takeOver: boolean): void {
    const { tenant, session, sink } = this.#options;
    if (!tenant.runtime.agentConfig(session.userId)) throw refuse('not_an_agent', 403, 'You do not take calls here.');
    if (!tenant.desks.open(session.userId, sink, takeOver)) {
      throw refuse('desk_elsewhere', 409, 'Your desk is open in another window.');
    }
  }

  #agent() {
    const { tenant, session } = this.#options;
    return tenant.runtime.agents().find(({ agentId }) => agentId === session.userId);
  }

  #choosePresence(presence: AgentView['presence'], reasonId: string | null): void {
    const { tenant, session } = this.#options;
    if (reasonId !== null && !tenant.hasReason(presence, reasonId)) throw refuse('no_such_reason', 422, 'There is no such status reason.');
    if (presence !== 'offline' && presence !== 'break' && tenant.care.until(session.userId) !== null) throw refuse('care_break', 409, 'Your care break is not over.');
    tenant.runtime.toAcd({ type: 'presence', at: tenant.runtime.now(), agentId: session.userId, presence, reasonId });
  }

  #demandComplete(): void {
    const wrapUp = this.#agent()?.wrapUp;
    if (wrapUp?.resultMissing) throw refuse('result_missing', 409, 'Save the result of the call first.');
    if (wrapUp?.fixed && wrapUp.until !== null) throw refuse('time_fixed', 409, 'This wrap-up lasts its time.');
  }

  #hold(callId: string): void {
    const { tenant } = this.#options;
    const usual = tenant.holdAlarmOf(tenant.runtime.call(callId)?.queue?.queueId ?? null);
    const alarm = othersOf(tenant, this.#options.session.userId, callId).length > 0 ? besideOthers(usual) : usual;
    this.#toCall(callId, { command: 'hold', ...(alarm && { alarm }) });
  }

  #watch(on: boolean): void {
    this.#demand('board.read');
    this.#watchNothing();
    this.#unwatch = on ? this.#options.board.watch((message: ServerMessage) => this.#options.sink.send(message)) : null;
  }

  #demandAlone(callId: string): void {
    const call = this.#options.tenant.runtime.call(callId);
    if (call?.parties.some(({ role }) => role !== 'supervisor')) throw refuse('has_parties', 409, 'Somebody else is in this call.');
  }

  /** The own line, free for another call. */
  #freeLine(): { name: string; endpoint: string } {
    const { tenant, session } = this.#options;
    const agent = this.#agent();
    const endpoint = tenant.desks.lineOf(session.userId);
    if (agent?.work !== 'idle' && agent?.work !== 'wrapUp') throw refuse('busy', 409, 'You are in a call, or one is waiting for you.');
    if (endpoint === null) throw refuse('line_down', 409, 'Your audio connection is not up.');
    return { name: agent.name, endpoint };
  }

  #pickUp(slot: number): void {
    const { tenant, session } = this.#options;
    const call = parkedAt(tenant.runtime.calls(), slot);
    if (!call) throw refuse('nobody_parked', 404, 'Nobody waits at this number.');
    tenant.runtime.toCall(call.id, { type: 'pickUp', agentId: session.userId, ip: session.ip, ...this.#freeLine() });
  }

  #supervise({ callId, mode, tone }: Extract<ClientMessage, { type: 'supervise' }>): void {
    this.#demand('call.supervise');
    const { tenant, session } = this.#options;
    const agentId = session.userId;
    const call = tenant.runtime.call(callId);
    if (call?.phase !== 'talking' && call?.phase !== 'held') throw refuse('call_gone', 409, 'Nobody speaks in this call.');
    const known = call.parties.find((party) => party.role === 'supervisor' && party.agentId === agentId);
    const line = known?.endpoint ? { name: known.name, endpoint: known.endpoint } : this.#freeLine();
    tenant.runtime.toCall(callId, { type: 'supervise', agentId, mode, tone: tone || tenant.superviseTone, ip: session.ip, ...line });
  }

  async #answerOffer(answer: 'accept' | 'decline', offerId: string): Promise<void> {
    const { runtime, desks } = this.#options.tenant;
    const invited = runtime.calls().find(({ parties }) => parties.some((party) => party.offerId === offerId && party.agentId === this.#options.session.userId));
    if (invited) {
      const endpoint = answer === 'accept' ? desks.lineOf(this.#options.session.userId) : null;
      if (answer === 'accept' && endpoint === null) throw refuse('line_down', 409, 'Your audio connection is not up.');
      return runtime.toCall(invited.id, { type: 'partyAnswer', offerId, endpoint });
    }
    if (this.#options.tenant.callbacks.answer(offerId, this.#options.session.userId, answer)) return;
    this.#demandOffer(offerId);
    if (answer === 'accept') await this.#clearFor(offerId);
    runtime.toAcd({ type: answer === 'accept' ? 'accepted' : 'declined', at: runtime.now(), offerId });
  }

  #demandOffer(offerId: string): void {
    const { tenant, session } = this.#options;
    const isMine = tenant.runtime.calls().some((call) => rungWith(call, offerId)?.agentId === session.userId);
    if (!isMine) throw refuse('offer_gone', 409, 'The call is no longer offered to you.');
  }

  /** The present call makes room for the one that rings; it comes back when that one is gone meanwhile. */
  async #clearFor(offerId: string): Promise<void> {
    const { tenant, session } = this.#options;
    const owner = { agentId: session.userId, ip: session.ip };
    if (othersOf(tenant, owner.agentId, null).length === 0) return;
    const interrupted = await clearLine(tenant, owner, null);
    try {
      this.#demandOffer(offerId);
    } catch (error) {
      for (const callId of interrupted) tenant.runtime.toCall(callId, { type: 'agent', ...owner, action: { command: 'resume' } });
      throw error;
    }
  }

  /** A command by which the agent speaks in this call: the others make room before. */
  async #onLine(callId: string, action: AgentCommand): Promise<void> {
    this.#demandCall(callId);
    const { tenant, session } = this.#options;
    if (othersOf(tenant, session.userId, callId).length > 0) await clearLine(tenant, { agentId: session.userId, ip: session.ip }, callId);
    this.#toCall(callId, action);
  }

  /** Who was asked, or is in a conference, leaves it; for the call's agent it is over. */
  #hangup(callId: string): void {
    const { tenant, session } = this.#options;
    const call = tenant.runtime.call(callId);
    const party = call?.parties.find(({ agentId, role, stage }) => agentId === session.userId && role !== 'supervisor' && stage === 'connected');
    if (!call?.agent || !party) return this.#toCall(callId, { command: 'hangup' });
    tenant.runtime.toCall(callId, { type: 'agent', agentId: call.agent.agentId, action: { command: 'drop', party: party.id }, ip: session.ip });
  }

  #demandCall(callId: string): void {
    const { tenant, session } = this.#options;
    const call = tenant.runtime.call(callId);
    if (call?.agent?.agentId !== session.userId || call.agent.stage !== 'connected') {
      throw refuse('call_gone', 409, 'You are not in this call.');
    }
  }

  #toCall(callId: string, action: AgentCommand): void {
    this.#demandCall(callId);
    const { tenant, session } = this.#options;
    tenant.runtime.toCall(callId, { type: 'agent', agentId: session.userId, action, ip: session.ip });
  }
}

