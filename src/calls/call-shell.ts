import type { Actor } from '../db/types.ts';
import type { AcdEvent } from '../acd/types.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Emitter } from '../lib/emitter.ts';
import type { MediaCommandName, MediaCommands } from '../media/protocol.ts';
import type { AnswerGate } from './answer-gate.ts';
import { AnswerHold, type OrderedEffect } from './answer-hold.ts';
import { EffectQueue } from './effect-queue.ts';
import { qualityEntry } from './leg-quality.ts';
import type { JournalPort, RuntimePorts, SoundNames } from './ports.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import type { CallEffect, CallEvent, CallState, CallTimer, MediaDone, SipEffect } from './types.ts';

export interface CallShellOptions extends RuntimePorts {
  tenantId: string;
  journal: JournalPort;
  sounds: SoundNames;
  answers: Pick<AnswerGate, 'recorded'>;
  dispatch: (event: CallEvent) => void;
  toAcd(event: AcdEvent): void;
  enqueue(effect: Extract<CallEffect, { type: 'enqueue' }>): void;
  requestCallback(request: Extract<CallEffect, { type: 'requestCallback' }>['request']): void;
  publish: Emitter<RuntimeEvents>;
  forget(): void;
}

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/** Commands that the media process runs in the turn in which they arrive: the next one need not wait for their reply. */
const IMMEDIATE: ReadonlySet<MediaCommandName> = new Set(['setRtpRemote', 'stopPlay', 'setEcho', 'setRecordingRight', 'sendDtmf', 'closeEndpoint']);

const CLEAN_UP: ReadonlySet<MediaCommandName> = new Set(['closeEndpoint', 'readQuality', 'closeBridge', 'stopPlay', 'leaveMix', 'closeMix']);

const WITH_RESULT: ReadonlySet<MediaCommandName> = new Set([
  'createRtpEndpoint',
  'createWebrtcEndpoint',
  'createWebrtcOffer',
  'reanswerWebrtc',
  'stopRecording',
]);

/** Runs the effects of one call: those on media and SIP strictly in order, one after the reply of the other. */
export class CallShell {
  state: CallState;
  /** Resolves when the completed record is committed. */
  readonly recorded: Promise<void>;
  readonly #options: CallShellOptions;
  readonly #queue: EffectQueue;
  readonly #timers = new Map<CallTimer, () => void>();
  #resolveRecorded: () => void = () => undefined;
  #forgotten = false;
  /** Since the call's answer was decided, until it may be sent. */
  #hold: AnswerHold | null = null;

  constructor(state: CallState, options: CallShellOptions) {
    this.state = state;
    this.#options = options;
    this.recorded = new Promise((resolve) => (this.#resolveRecorded = resolve));
    this.#queue = new EffectQueue((error) => this.#failed('effect', error));
  }

  get idle(): boolean {
    return this.#queue.idle && (this.#hold?.over ?? true);
  }

  /** Resolves when media and SIP have done all that was decided so far. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  run(effect: CallEffect): void {
    const { publish, journal } = this.#options;
    const callId = this.state.id;
    switch (effect.type) {
      case 'play':
        publish.emit('played', { callId, sounds: effect.sounds });
        return this.#inOrder(effect);
      case 'media':
      case 'openRecording':
      case 'sip':
      case 'visitorAnswer':
      case 'forget':
        return this.#inOrder(effect);
      case 'setTimer':
        return this.#setTimer(effect.timer, effect.afterMs);
      case 'clearTimer':
        return this.#clearTimer(effect.timer);
      case 'acd':
        return this.#options.toAcd(effect.event);
      case 'enqueue':
        return this.#options.enqueue(effect);
      case 'requestCallback':
        return this.#options.requestCallback(effect.request);
      case 'journal':
        return journal.add(effect.actor, effect.entry);
      case 'ringDesk':
        return publish.emit('ring', { agentId: effect.agentId, offerId: effect.offerId, call: this.state });
      case 'stopRinging':
        return publish.emit('stopRinging', { agentId: effect.agentId, offerId: effect.offerId, reason: effect.reason });
      case 'deskCallEnded':
        return publish.emit('deskCallEnded', { callId, agentId: effect.agentId, by: effect.by, wrapUp: effect.wrapUp });
      case 'count':
        return publish.emit('count', { what: effect.what, queueId: effect.queueId });
      case 'visitorMove':
        return publish.emit('visitorMove', { callId });
      case 'locate':
        return void this.#locate(effect);
      case 'lookUp':
        void this.#options.lookUp(effect.query, callId).then((result) => this.#options.dispatch({ type: 'lookedUp', request: effect.request, result }));
        return;
      case 'recordComplete':
        void journal.commit(callId).then(this.#resolveRecorded, this.#resolveRecorded);
        return;
    }
  }

  /** Puts an effect into the line; the answer, and what must not come before it, once the call's row is committed. */
  #inOrder(effect: OrderedEffect): void {
    const isAnswer = effect.type === 'visitorAnswer' || (effect.type === 'sip' && effect.command === 'answer');
    if (isAnswer && !this.#hold) {
      const hold = (this.#hold = new AnswerHold());
      void this.#options.answers.recorded(this.state.id).then(() => hold.release());
    }
    const work = (): void => this.#enqueue(effect);
    if (!this.#hold?.hold(effect, this.state, work)) work();
  }

  #enqueue(effect: OrderedEffect): void {
    switch (effect.type) {
      case 'media':
        return this.#queue.add(() => {
          const done = this.#media(effect.command, effect.args);
          if (!IMMEDIATE.has(effect.command)) return done;
        });
      case 'play':
        return this.#queue.add(() => this.#play(effect));
      case 'openRecording':
        return this.#queue.add(() => this.#openRecording(effect));
      case 'sip':
        return this.#queue.add(() => this.#sip(effect));
      case 'visitorAnswer':
        return this.#queue.add(() => this.#options.publish.emit('visitorAnswer', { callId: this.state.id, sdp: effect.sdp }));
      case 'forget':
        return this.#forget();
    }
  }

  /** Sets the timers of a call that was taken up after a restart. */
  rearm(): void {
    const wall = this.#options.clock.wall();
    for (const [timer, due] of Object.entries(this.state.timers)) this.#setTimer(timer as CallTimer, Math.max(0, (due ?? wall) - wall));
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Stops without doing what still waits: another process goes on. */
  abandon(): void {
    this.stop();
    this.#hold?.drop();
    this.#queue.end();
  }

  async #media<Name extends MediaCommandName>(command: Name, args: MediaCommands[Name]['in']): Promise<void> {
    try {
      const result = await this.#options.media.call(command, args);
      this.#keepQuality(command, args, result);
      if (WITH_RESULT.has(command)) this.#options.dispatch({ type: 'mediaDone', command, args, result } as MediaDone);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      const endpoint = 'endpoint' in args ? args.endpoint : null;
      const isCleanUp = CLEAN_UP.has(command);
      if (!isCleanUp) this.#failed(command, error);
      this.#options.dispatch({ type: 'mediaFailed', command, endpoint, code });
    }
  }

  /** What the media process says about a leg when it is closed, or when an agent's line leaves the call. */
  #keepQuality(command: MediaCommandName, args: object, result: object): void {
    const report = command === 'closeEndpoint' ? (result as Partial<MediaCommands['closeEndpoint']['out']>).quality : command === 'readQuality' ? (result as Partial<MediaCommands['readQuality']['out']>).report : null;
    if (!report || !('endpoint' in args)) return;
    const entry = qualityEntry(this.state.id, this.state.far.endpoint, String(args.endpoint), report, this.#options.clock.wall());
    if (entry) this.#options.journal.add(SYSTEM, entry);
  }

  #play(effect: Extract<CallEffect, { type: 'play' }>): Promise<void> {
    const files = effect.sounds.map((sound) => this.#options.sounds(sound));
    const { endpoint, playback, loop } = effect;
    return this.#media('play', { endpoint, playback, source: { files, loop } });
  }

  async #openRecording(effect: Extract<CallEffect, { type: 'openRecording' }>): Promise<void> {
    const { recordings, media, tenantId, dispatch } = this.#options;
    const { recording, left, right, silenceMs } = effect;
    try {
      const { path, seal, file } = await recordings.open(tenantId, recording);
      await media.call('startRecording', { recording, left, right, path, seal, ...(silenceMs !== undefined && { silenceMs }) });
      dispatch({ type: 'recordingOpened', recording, file });
    } catch (error) {
      this.#failed('startRecording', error);
      dispatch({ type: 'recordingRefused', recording, code: error instanceof AppError ? error.code : 'internal' });
    }
  }

  async #locate({ party, target, by }: Extract<CallEffect, { type: 'locate' }>): Promise<void> {
    const { locate, dispatch } = this.#options;
    try {
      dispatch({ type: 'located', party, found: await locate(target, by, this.state) });
    } catch (error) {
      if (!(error instanceof AppError)) this.#failed('locate', error);
      const [code, status] = error instanceof AppError ? [error.code, error.status] : ['internal', 500];
      dispatch({ type: 'notLocated', party, code, status });
    }
  }

  #sip(effect: SipEffect): void {
    const { sip } = this.#options;
    switch (effect.command) {
      case 'ring':
        return sip.ring(effect.legId, effect.sdp);
      case 'answer':
        return sip.answer(effect.legId, effect.sdp);
      case 'reinvite':
        return sip.reinvite(effect.legId, effect.sdp);
      case 'rejectReinvite':
        return sip.rejectReinvite(effect.legId, effect.status);
      case 'acceptRefer':
        return sip.acceptRefer(effect.legId, effect.referId);
      case 'rejectRefer':
        return sip.rejectRefer(effect.legId, effect.referId, effect.status);
      case 'referStatus':
        return sip.referStatus(effect.legId, effect.referId, effect.status, effect.reason, effect.final);
      case 'answerReinvite':
        return sip.answerReinvite(effect.legId, effect.sdp);
      case 'reject':
        return sip.reject(effect.legId, effect.status, effect.reason || undefined);
      case 'invite':
        return sip.invite(effect.legId, effect.target);
      case 'hangup':
        return sip.hangup(effect.legId, effect.reason || undefined);
    }
  }

  #setTimer(timer: CallTimer, afterMs: number): void {
    this.#clearTimer(timer);
    const cancel = this.#options.clock.after(afterMs, () => {
      this.#timers.delete(timer);
      this.#options.dispatch({ type: 'timer', timer });
    });
    this.#timers.set(timer, cancel);
  }

  #clearTimer(timer: CallTimer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  /** After the last effects of the call have run. */
  #forget(): void {
    if (this.#forgotten) return;
    this.#forgotten = true;
    this.stop();
    this.#queue.add(async () => {
      // Everybody hears of the end before they hear that the call is gone.
      await Promise.resolve();
      this.#options.forget();
    });
  }

  #failed(effect: string, error: unknown): void {
    this.#options.metrics.effectFailed(effect);
    this.#options.logger.warn({ call: this.state.id, effect, error: messageOf(error) }, 'effect of a call failed');
  }
}
