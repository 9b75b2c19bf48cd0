import { z } from 'zod';
import type { AgentView, ClientMessage, ServerMessage } from '../../../shared/events.ts';
import { backOffMs, randomShare } from './back-off.ts';
import { type Command, CommandRefused, type EventsSocket } from './events-socket.ts';
import { HealthProbe, type HealthReport } from './health-probe.ts';
import { Line, type LineState } from './line.ts';
import { Listeners } from './listeners.ts';
import { Microphone } from './microphone.ts';
import { rememberChoice, rememberedChoice, type SoundChoice } from './sound-devices.ts';
import { applyConnection, applyMessage, initialSnapshot, keepCalls, type LiveCall, microphoneWanted, type SoftphoneSnapshot, type SuperviseMode } from './state.ts';

/** Where a transfer leads. */
export type TransferTarget = Extract<ClientMessage, { type: 'transfer' }>['target'];

/** Whom to ask or add. */
export type PartyTarget = Extract<ClientMessage, { type: 'consult' }>['target'];

const dialAnswer = z.object({ callId: z.uuid() });

/** How long a desk may take to open and its line to connect, ms. */
const READY_PATIENCE_MS = 15_000;

const FRESH_LINE_TRIES = 10;
const FRESH_LINE_PAUSE_MS = 500;

/** Survives a reload of this tab, not its closing: a reloaded desk comes back with its call. */
const DESK_KEY = 'scc.desk';

/**
 * The agent's telephone: holds the desk, the line and the microphone, and says in one snapshot how things are. Knows
 * nothing of React. Commands reject with `CommandRefused`.
 */
export class Softphone {
  readonly #events: EventsSocket;
  readonly #microphone = new Microphone();
  readonly #line = new Line(new Audio());
  readonly #probe: HealthProbe;
  readonly #changes = new Listeners<SoftphoneSnapshot>();
  #snapshot: SoftphoneSnapshot = { ...initialSnapshot, sound: rememberedChoice() };
  #iceServers: readonly string[] = [];
  #wanted = false;
  /** After a gap: the next news of the agent tell whether the call shown is still theirs. */
  #callUnsure = false;
  #lineAttempt = 0;
  #lineTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: EventsSocket) {
    this.#events = events;
    this.#probe = new HealthProbe(this.#microphone, this.#line, (report) => this.#reportHealth(report));
    events.subscribe((message) => this.#receive(message));
    events.subscribeState((connection) => {
      this.#set(applyConnection(this.#snapshot, connection));
      if (connection === 'open' && this.#wanted) void this.#openDesk(wasDesk());
    });
    this.#microphone.subscribe((microphone) => {
      this.#set({ ...this.#snapshot, microphone });
      void this.#line.setTrack(this.#microphone.track);
      // Browsers know speakers by id only once the microphone is allowed.
      if (microphone === 'ok') void this.#line.setSpeaker(this.#snapshot.sound.speaker);
    });
    this.#line.subscribe((line) => this.#lineChanged(line));
  }

  readonly getSnapshot = (): SoftphoneSnapshot => this.#snapshot;

  readonly subscribe = (listener: (snapshot: SoftphoneSnapshot) => void): (() => void) => this.#changes.add(listener);

  /** Makes this tab the agent's desk; asks for the microphone. Idempotent. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#microphone.open(this.#snapshot.sound.microphone);
    if (this.#events.getState() === 'open') void this.#openDesk(wasDesk());
  }

  /** True when this tab was the desk before a reload. */
  readonly wasHere = (): boolean => wasDesk();

  /** Closes the desk of another tab and opens it here. */
  async takeOver(): Promise<void> {
    this.#wanted = true;
    void this.#microphone.open(this.#snapshot.sound.microphone);
    await this.#openDesk(true);
  }

  /** The desk is given up, for example at logout. Idempotent. */
  close(): void {
    this.#silence();
    this.#set({ ...initialSnapshot, sound: this.#snapshot.sound, connection: this.#events.getState() });
  }

  /** Asks again for the microphone. */
  retryMicrophone(): Promise<void> {
    return this.#microphone.open();
  }

  /** Uses these devices from now on, also within a call, and in this browser the next time. */
  async chooseSound(sound: SoundChoice): Promise<void> {
    const before = this.#snapshot.sound;
    rememberChoice(sound);
    this.#set({ ...this.#snapshot, sound });
    if (sound.microphone !== before.microphone && this.#wanted) await this.#microphone.open(sound.microphone);
    if (sound.speaker !== before.speaker) await this.#line.setSpeaker(sound.speaker);
  }

  /** @param reasonId one of the company's kinds of break and absence */
  setPresence(presence: AgentView['presence'], reasonId: string | null = null): Promise<unknown> {
    return this.#events.send({ type: 'presence', presence, reasonId });
  }

  accept(): Promise<unknown> {
    const offerId = this.#snapshot.offer?.offerId;
    return offerId === undefined ? nothingToDo() : this.#events.send({ type: 'accept', offerId });
  }

  decline(): Promise<unknown> {
    const offerId = this.#snapshot.offer?.offerId;
    return offerId === undefined ? nothingToDo() : this.#events.send({ type: 'decline', offerId });
  }

  hold(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'hold', callId }));
  }

  resume(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'resume', callId }));
  }

  /** Speaks in another one of the own calls; the present one goes on hold. */
  switchTo(callId: string): Promise<unknown> {
    return this.#events.send({ type: 'resume', callId });
  }

  hangUp(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'hangup', callId }));
  }

  sendDigit(digit: string): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'dtmf', callId, digit }));
  }

  /** @param callerId number of the company to show; null = as the route says */
  dial(number: string, callerId: string | null = null): Promise<unknown> {
    return this.#events.send({ type: 'dial', number, ...(callerId !== null && { callerId }) });
  }

  /** Calls a number from any page; opens this tab's desk when it is not open. */
  async callFromAnywhere(number: string): Promise<void> {
    await this.ready();
    await this.#onFreshLine({ type: 'dial', number });
  }

  /** Blind transfer: this agent leaves at once. */
  transfer(target: TransferTarget): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'transfer', callId, target }));
  }

  /** The caller waits while somebody else is asked. */
  consult(target: PartyTarget): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'consult', callId, target }));
  }

  handOver(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'consult.handOver', callId }));
  }

  conference(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'conference', callId }));
  }

  leaveConference(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'conference.leave', callId }));
  }

  dropParty(partyId: string): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'party.drop', callId, partyId }));
  }

  /** @returns `{ slot }` */
  park(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'park', callId }));
  }

  pickUp(slot: number): Promise<unknown> {
    return this.#events.send({ type: 'pickUp', slot });
  }

  pauseRecording(paused: boolean): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'recording.pause', callId, paused }));
  }

  /** A supervisor gives a waiting call to an agent. */
  assign(callId: string, agentId: string): Promise<unknown> {
    return this.#events.send({ type: 'call.assign', callId, agentId });
  }

  /** A supervisor changes the status of an agent. */
  setPresenceOf(agentId: string, presence: AgentView['presence'], reasonId: string | null): Promise<unknown> {
    return this.#events.send({ type: 'agent.presence', agentId, presence, reasonId });
  }

  /** Listens to a call of somebody else, joins it or takes it over; opens this tab's desk when it is not open. */
  async supervise(callId: string, mode: SuperviseMode | 'takeOver', tone: boolean): Promise<void> {
    await this.ready();
    const before = this.#snapshot.supervising;
    // Known before the first news of the call, which may come before the answer.
    if (mode !== 'takeOver') this.#set({ ...this.#snapshot, supervising: { callId, mode } });
    try {
      await this.#onFreshLine({ type: 'supervise', callId, mode, tone });
    } catch (error) {
      this.#set({ ...this.#snapshot, supervising: before });
      throw error;
    }
  }

  stopSupervising(): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'supervise.end', callId }));
  }

  /**
   * Resolves when the desk is open here and its sound connection is up; opens it if need be.
   * @throws CommandRefused `desk_elsewhere`, `line_down`
   */
  async ready(): Promise<void> {
    this.#events.start();
    this.start();
    const isReady = ({ desk, line }: SoftphoneSnapshot): boolean => desk === 'open' && line === 'connected';
    if (isReady(this.#snapshot)) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        stop();
        settle();
      };
      const timer = setTimeout(() => end(() => reject(new CommandRefused('line_down', 'no sound connection'))), READY_PATIENCE_MS);
      const stop = this.subscribe((snapshot) => {
        if (isReady(snapshot)) end(resolve);
        else if (snapshot.desk === 'elsewhere') end(() => reject(new CommandRefused('desk_elsewhere', 'open in another tab')));
      });
    });
  }

  /**
   * Calls a number, for a test over one trunk; opens this tab's desk when it is not open.
   * @returns id of the call
   */
  async testCall(number: string, trunkId: string | null): Promise<string> {
    await this.ready();
    const answer = await this.#onFreshLine({ type: 'dial', number, ...(trunkId !== null && { trunkId }) });
    return dialAnswer.parse(answer).callId;
  }

  /** Asks supervisors for help; again to say more. */
  raiseHand(note: string): Promise<unknown> {
    return this.#events.send({ type: 'hand.raise', note });
  }

  lowerHand(): Promise<unknown> {
    return this.#events.send({ type: 'hand.lower' });
  }

  /** Against an abusive caller. */
  sos(note: string): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'sos', callId, note }));
  }

  /** Plays the warning, or the announcement with which the call ends. */
  announce(kind: 'warning' | 'ending'): Promise<unknown> {
    return this.#onCall((callId) => ({ type: 'conduct.announce', callId, kind }));
  }

  finishWrapUp(): Promise<unknown> {
    return this.#events.send({ type: 'wrapUp.done' });
  }

  extendWrapUp(): Promise<unknown> {
    return this.#events.send({ type: 'wrapUp.extend' });
  }

  setMuted(muted: boolean): void {
    this.#set({ ...this.#snapshot, muted });
  }

  /** The wrap-up of this call is done. */
  forgetEnded(callId: string): void {
    const { ended, endedBefore } = this.#snapshot;
    const isOther = ({ view }: LiveCall): boolean => view.callId !== callId;
    this.#set({ ...this.#snapshot, ended: ended && isOther(ended) ? ended : null, endedBefore: endedBefore.filter(isOther) });
  }

  /** A line that just came up here may not be up for the server yet: its refusal is tried again for a while. */
  async #onFreshLine(command: Command): Promise<unknown> {
    for (let left = FRESH_LINE_TRIES; ; left -= 1) {
      try {
        return await this.#events.send(command);
      } catch (error) {
        if (left === 0 || !(error instanceof CommandRefused) || error.code !== 'line_down') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, FRESH_LINE_PAUSE_MS));
    }
  }

  #onCall(command: (callId: string) => Command): Promise<unknown> {
    const callId = this.#snapshot.call?.view.callId;
    return callId === undefined ? nothingToDo() : this.#events.send(command(callId));
  }

  async #openDesk(takeOver: boolean): Promise<void> {
    this.#set({ ...this.#snapshot, desk: 'opening' });
    this.#callUnsure = true;
    try {
      await this.#events.send({ type: 'desk.open', takeOver });
    } catch (error) {
      const elsewhere = error instanceof CommandRefused && error.code === 'desk_elsewhere';
      if (elsewhere) this.#set({ ...this.#snapshot, desk: 'elsewhere' });
      return;
    }
    rememberDesk(true);
    this.#set({ ...this.#snapshot, desk: 'open' });
    this.#lineAttempt = 0;
    await this.#connectLine();
    this.#probe.start();
  }

  async #connectLine(): Promise<void> {
    clearTimeout(this.#lineTimer);
    if (this.#snapshot.desk !== 'open') return;
    try {
      const sdp = await this.#line.offer(this.#iceServers);
      await this.#events.send({ type: 'line.offer', sdp });
    } catch {
      this.#lineLater();
    }
  }

  #lineLater(): void {
    clearTimeout(this.#lineTimer);
    this.#lineTimer = setTimeout(() => void this.#connectLine(), backOffMs(this.#lineAttempt, randomShare()));
    this.#lineAttempt += 1;
  }

  #lineChanged(line: LineState): void {
    this.#set({ ...this.#snapshot, line });
    if (line === 'connected') this.#lineAttempt = 0;
    if (line === 'broken') this.#lineLater();
    void this.#probe.measure();
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'hello') this.#greeted(message.at, message.iceServers);
    if (message.type === 'health.ask') void this.#probe.measure();
    if (message.type === 'agent' && this.#callUnsure) this.#checkCalls(message.agent);
    if (message.type === 'line.answer') this.#line.answer(message.sdp).catch(() => this.#lineLater());
    if (message.type === 'line.state' && (message.state === 'failed' || message.state === 'closed')) this.#lineLater();
    this.#set(applyMessage(this.#snapshot, message));
    if (message.type === 'bye' && message.reason === 'taken_over') this.#silence();
  }

  #greeted(at: string, iceServers: readonly string[]): void {
    this.#iceServers = iceServers;
    this.#set({ ...this.#snapshot, clockOffsetMs: Date.parse(at) - Date.now() });
  }

  #checkCalls({ lines, callId }: AgentView): void {
    this.#callUnsure = false;
    this.#set(keepCalls(this.#snapshot, lines?.callIds ?? (callId === null ? [] : [callId])));
  }

  /** Neither microphone nor line any more, and nothing that opens them again. */
  #silence(): void {
    this.#wanted = false;
    rememberDesk(false);
    clearTimeout(this.#lineTimer);
    this.#probe.stop();
    this.#line.close();
    this.#microphone.close();
  }

  #reportHealth(report: HealthReport): void {
    this.#set({ ...this.#snapshot, health: report });
    if (this.#snapshot.desk === 'open') this.#events.send({ type: 'health', ...report }).catch(() => undefined);
  }

  #set(snapshot: SoftphoneSnapshot): void {
    this.#snapshot = snapshot;
    const track = this.#microphone.track;
    // Nothing of the room leaves this computer outside of a call.
    if (track) track.enabled = microphoneWanted(snapshot);
    this.#changes.emit(snapshot);
  }
}

const nothingToDo = (): Promise<never> => Promise.reject(new CommandRefused('gone', 'there is no such call any more'));

const wasDesk = (): boolean => sessionStorage.getItem(DESK_KEY) === '1';

function rememberDesk(here: boolean): void {
  if (here) sessionStorage.setItem(DESK_KEY, '1');
  else sessionStorage.removeItem(DESK_KEY);
}
