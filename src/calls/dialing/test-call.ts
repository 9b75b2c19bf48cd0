/** Calls that a supervisor makes to try a telephone or a trunk: rung, an announcement, hung up. They are in no queue and no record. */
import type { Clock } from '../../lib/clock.ts';
import { AppError, conflict } from '../../lib/errors.ts';
import type { MediaEvent } from '../../media/protocol.ts';
import type { TestCallResult } from '../../modules/telephony/telephony-live.ts';
import { offerFor } from '../../protocol/sdp/negotiate.ts';
import type { SipAgent, SipLegEvent } from '../../sip/types.ts';
import { readAnswer } from '../legs.ts';
import { localOn, offersKeys, SECURED } from '../line.ts';
import type { Attempt } from '../party.ts';
import type { MediaPort } from '../ports.ts';
import type { LocalEndpoint } from '../leg-state.ts';

export interface TestCallOptions {
  clock: Clock;
  newId(): string;
  sip: Pick<SipAgent, 'invite' | 'hangup'>;
  media: MediaPort;
}

interface Running {
  endpoint: string;
  legId: string;
  local: LocalEndpoint;
  beganAt: number;
  result: TestCallResult;
  cancel: () => void;
  done: (result: TestCallResult) => void;
}

const ANNOUNCEMENT = 'ja/announcement';
/** Longest time that the announcement may take, ms. */
const TALK_MS = 15_000;
/** Of one tenant in a minute. */
const MOST_A_MINUTE = 6;
const MINUTE_MS = 60_000;
const nothing = (): void => undefined;

export class TestCalls {
  readonly #options: TestCallOptions;
  readonly #running = new Map<string, Running>();
  readonly #tenants = new Map<string, { isBusy: boolean; begun: readonly number[] }>();

  constructor(options: TestCallOptions) {
    this.#options = options;
  }

  /**
   * Calls, and resolves when the call is over.
   * @param attempt asked for once the tenant may call, because asking may reserve a line
   * @throws AppError `test_call_running`, `rate_limited`, those of `attempt`, and the media process's
   */
  async run(tenantId: string, attempt: () => Attempt): Promise<TestCallResult> {
    const begun = this.#admit(tenantId);
    try {
      return await this.#call(attempt());
    } finally {
      this.#tenants.set(tenantId, { isBusy: false, begun });
    }
  }

  /** @returns true when the event was a test call's */
  onSip(event: Exclude<SipLegEvent, { type: 'incoming' }>): boolean {
    const call = [...this.#running.values()].find(({ legId }) => legId === event.legId);
    if (!call) return false;
    const { result } = call;
    const now = Math.round(this.#options.clock.monotonic() - call.beganAt);
    switch (event.type) {
      case 'progress':
        result.ringingMs ??= now;
        break;
      case 'answered':
        result.answeredMs = now;
        result.status = 200;
        this.#talk(call, event.sdp);
        break;
      case 'rejected':
        result.status = event.status;
        result.reason = event.reason;
        result.outcome = outcomeOf(event.status, result.ringingMs !== null);
        this.#end(call);
        break;
      case 'ended':
      case 'cancelled':
        if (result.answeredMs !== null) result.talkMs = now - result.answeredMs;
        this.#end(call);
        break;
      default:
    }
    return true;
  }

  /** @returns true when the event was a test call's */
  onMedia(event: MediaEvent): boolean {
    const call = 'endpoint' in event ? this.#running.get(event.endpoint) : undefined;
    if (call && event.event === 'playFinished') this.#hangup(call);
    return call !== undefined;
  }

  #admit(tenantId: string): readonly number[] {
    const now = this.#options.clock.monotonic();
    const { isBusy, begun } = this.#tenants.get(tenantId) ?? { isBusy: false, begun: [] };
    if (isBusy) throw conflict('test_call_running', 'A test call is going on.');
    const recent = begun.filter((at) => now - at < MINUTE_MS);
    if (recent.length >= MOST_A_MINUTE) {
      const retryAfter = Math.ceil((MINUTE_MS - (now - (recent[0] ?? now))) / 1000);
      throw new AppError('rate_limited', 429, 'Too many test calls; wait before the next.', { retryAfter });
    }
    this.#tenants.set(tenantId, { isBusy: true, begun: [...recent, now] });
    return [...recent, now];
  }

  async #call(attempt: Attempt): Promise<TestCallResult> {
    const { clock, sip, media } = this.#options;
    const endpoint = `${this.#options.newId()}:test`;
    const made = await media.call('createRtpEndpoint', { endpoint, remote: null, ...(offersKeys(attempt) && SECURED) });
    const local = localOn(made, attempt);
    const result: TestCallResult = { outcome: 'failed', status: 0, reason: '', ringingMs: null, answeredMs: null, talkMs: null, packetsReceived: 0 };
    const over = new Promise<TestCallResult>((done) => {
      this.#running.set(endpoint, { endpoint, legId: `${endpoint}:leg`, local, beganAt: clock.monotonic(), result, cancel: nothing, done });
    });
    sip.invite(`${endpoint}:leg`, { ...attempt, sdp: offerFor(local, 'sendrecv') });
    return over;
  }

  #talk(call: Running, sdp: string): void {
    const remote = readAnswer(sdp, call.local);
    if (!remote) {
      call.result.reason = 'no audio in common';
      return this.#hangup(call);
    }
    const { endpoint } = call;
    const { media, clock } = this.#options;
    call.result.outcome = 'answered';
    call.cancel = clock.after(TALK_MS, () => this.#hangup(call));
    const playing = media.call('setRtpRemote', { endpoint, remote }).then(() => media.call('play', { endpoint, playback: `${endpoint}:p`, source: { files: [ANNOUNCEMENT], loop: false } }));
    playing.catch(() => {
      call.result.reason = 'no sound could be sent';
      this.#hangup(call);
    });
  }

  #hangup({ legId }: Running): void {
    this.#options.sip.hangup(legId, 'test is over');
  }

  #end(call: Running): void {
    call.cancel();
    this.#running.delete(call.endpoint);
    this.#options.media.call('closeEndpoint', { endpoint: call.endpoint }).then(
      ({ packetsReceived }) => call.done({ ...call.result, packetsReceived }),
      () => call.done(call.result),
    );
  }
}

function outcomeOf(status: number, rang: boolean): TestCallResult['outcome'] {
  if (status === 486 || status === 600) return 'busy';
  if (status === 603) return 'declined';
  return rang && (status === 408 || status === 480 || status === 487) ? 'no_answer' : 'failed';
}
