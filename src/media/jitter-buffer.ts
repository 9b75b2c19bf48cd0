/** A packet that waits to be played. */
export interface JitterPacket {
  /** Extended timestamp, does not wrap. */
  at: number;
  ticks: number;
  payload: Uint8Array;
}

/** What to do for the next stretch of sound. */
export type JitterTurn =
  | { kind: 'play'; payload: Uint8Array; shrink: boolean }
  /** Conceal `FRAME_MS` of sound. */
  | { kind: 'lost' }
  /** Nobody is speaking, or not enough has come yet. */
  | { kind: 'quiet' };

const FRAME_MS = 20;
const FIRST_TARGET_MS = 30;
const MOST_TARGET_MS = 200;
/** Arrivals over which jitter is measured: 3 s. */
const WINDOW = 150;
const MEASURE_EVERY = 10;
/** Missing for longer than this, the speaker is taken to pause. */
const PAUSE_MS = 500;
/** A timestamp further away than this belongs to another stream. */
const JUMP_MS = 2000;
/** Turns with too much in store before some of it is left out. */
const PATIENCE = 25;
const MOST_PACKETS = 64;

/**
 * Brings packets into order and holds them just long enough that most are there when their turn comes: the target is what
 * 97 % of recent arrivals needed. A packet that comes a little late stops the sound (concealed) and moves its turn; where
 * more is in store than needed for half a second (also because the sender's clock is faster) a period is left out. Pure:
 * time comes with each call.
 */
export class JitterBuffer {
  duplicates = 0;
  late = 0;
  lost = 0;
  readonly #khz: number;
  readonly #frame: number;
  #waiting: JitterPacket[] = [];
  #ssrc = -1;
  #newest = 0;
  #newestRaw = 0;
  #playAt: number | null = null;
  #missing = 0;
  #firstMs = 0;
  readonly #delays = new Float64Array(WINDOW);
  #arrivals = 0;
  #targetMs = FIRST_TARGET_MS;
  #excess = 0;

  /** @param clockRate of RTP timestamps, Hz */
  constructor(clockRate: number) {
    this.#khz = clockRate / 1000;
    this.#frame = FRAME_MS * this.#khz;
  }

  /** Time for which packets are held, as measured, ms. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** Sound in store, ms. */
  get storedMs(): number {
    const last = this.#waiting.at(-1);
    const first = this.#playAt ?? this.#waiting[0]?.at ?? 0;
    return last ? Math.max(0, last.at + last.ticks - first) / this.#khz : 0;
  }

  /** @param payload is kept, so it must be the caller's to give; @param ticks length in RTP clock units */
  put(ssrc: number, timestamp: number, ticks: number, payload: Uint8Array, nowMs: number): void {
    const step = (timestamp - this.#newestRaw) | 0;
    if (ssrc !== this.#ssrc || Math.abs(step) > JUMP_MS * this.#khz) this.#restart(ssrc, timestamp);
    const at = this.#arrivals === 0 ? this.#newest : this.#newest + ((timestamp - this.#newestRaw) | 0);
    if (at >= this.#newest) {
      this.#newest = at;
      this.#newestRaw = timestamp;
    }
    this.#measure(nowMs - at / this.#khz);
    if (this.#missing > 0) this.#resume(at);
    if (this.#playAt !== null && at < this.#playAt) {
      this.late++;
      return;
    }
    this.#insert({ at, ticks, payload }, nowMs);
  }

  /** The next stretch; to be called whenever the listener has played what it got before. */
  take(nowMs: number): JitterTurn {
    const next = this.#waiting[0];
    if (this.#playAt === null) {
      if (!next || nowMs - this.#firstMs < this.#targetMs - FRAME_MS / 2) return { kind: 'quiet' };
      this.#playAt = next.at;
    }
    if (!next) return this.#starve();
    if (next.at > this.#playAt) {
      // A gap before what is in store: lost, or left out where there is too much anyway.
      if (this.storedMs > this.#targetMs + 3 * FRAME_MS) this.#playAt = next.at;
      else {
        this.lost++;
        this.#playAt = Math.min(next.at, this.#playAt + this.#frame);
        return { kind: 'lost' };
      }
    }
    this.#waiting.shift();
    this.#playAt = next.at + next.ticks;
    return { kind: 'play', payload: next.payload, shrink: this.#tooMuch() };
  }

  #starve(): JitterTurn {
    this.#missing++;
    if (this.#missing * FRAME_MS <= PAUSE_MS) return { kind: 'lost' };
    this.#playAt = null;
    this.#missing = 0;
    return { kind: 'quiet' };
  }

  /** Sound comes again after a stop: was it late (its turn moves) or were the ones before it lost? */
  #resume(at: number): void {
    const from = this.#playAt ?? at;
    this.#playAt = Math.min(Math.max(at, from), from + this.#missing * this.#frame);
    this.#missing = 0;
  }

  #tooMuch(): boolean {
    this.#excess = this.storedMs > this.#targetMs + FRAME_MS / 2 ? this.#excess + 1 : 0;
    if (this.#excess < PATIENCE) return false;
    this.#excess = PATIENCE - 5;
    return true;
  }

  #insert(packet: JitterPacket, nowMs: number): void {
    const waiting = this.#waiting;
    let index = waiting.length;
    while (index > 0 && (waiting[index - 1]?.at ?? 0) > packet.at) index--;
    if (waiting[index - 1]?.at === packet.at) {
      this.duplicates++;
      return;
    }
    if (waiting.length === 0 && this.#playAt === null) this.#firstMs = nowMs;
    waiting.splice(index, 0, packet);
    if (waiting.length > MOST_PACKETS) this.#playAt = waiting.splice(0, 1)[0]?.at ?? null;
  }

  #measure(delayMs: number): void {
    this.#delays[this.#arrivals++ % WINDOW] = delayMs;
    if (this.#arrivals % MEASURE_EVERY !== 0) return;
    const seen = Math.min(this.#arrivals, WINDOW);
    const sorted = this.#delays.slice(0, seen).sort();
    const needed = (sorted[Math.floor((seen - 1) * 0.97)] ?? 0) - (sorted[0] ?? 0);
    this.#targetMs = Math.max(FRAME_MS, Math.min(MOST_TARGET_MS, needed + FRAME_MS / 2));
  }

  #restart(ssrc: number, timestamp: number): void {
    this.#ssrc = ssrc;
    this.#newest = 0;
    this.#newestRaw = timestamp;
    this.#waiting = [];
    this.#playAt = null;
    this.#missing = 0;
    this.#arrivals = 0;
    this.#excess = 0;
    this.#targetMs = FIRST_TARGET_MS;
  }
}
