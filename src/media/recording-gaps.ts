import { MULAW_SILENCE } from '../protocol/rtp/g711.ts';
import type { RecordingGap } from './protocol.ts';

/**
 * mu-law has two zeros. Silence and received negative zeros are written as 0xFF, so 0x7F in a recording is a mark, which
 * sounds as silence and survives a crash: without a break it says that recording was paused; with 0xFF at every eighth
 * sample it says that the network lost what was said here.
 */
export const PAUSE_MARK = 0x7f;
const LOSS_PERIOD = 8;

/** The mark of a lost sample by its place in the recording. */
export const lossMark = (position: number): number => (position % LOSS_PERIOD === 0 ? MULAW_SILENCE : PAUSE_MARK);

/** Gaps that are listed; a connection that loses more is told by its loss in percent. */
const MAX_GAPS = 1000;
const SAMPLES_PER_MS = 8;

interface Span {
  channel: 0 | 1;
  from: number;
  to: number;
}

/** What is missing in a recording, in samples from its start. */
export class GapLog {
  #losses: Span[] = [];
  /** Losses at the beginning of the list that are sealed: nothing can fill them any more. */
  #settled = 0;
  #pauses: { from: number; to: number }[] = [];

  pause(from: number): void {
    this.#pauses.push({ from, to: Number.POSITIVE_INFINITY });
  }

  resume(to: number): void {
    const open = this.#pauses.at(-1);
    if (open) open.to = to;
  }

  get isPaused(): boolean {
    return this.#pauses.at(-1)?.to === Number.POSITIVE_INFINITY;
  }

  /** Pauses that touch samples `from` to `to`. */
  pausesIn(from: number, to: number): { from: number; to: number }[] {
    return this.#pauses.filter((pause) => pause.from < to && pause.to > from);
  }

  lose(channel: 0 | 1, from: number, to: number): void {
    if (this.#losses.length < MAX_GAPS) this.#losses.push({ channel, from, to });
  }

  /** A packet came late and fills its place. @param sealed samples before this are written as lost, and stay so */
  fill(channel: 0 | 1, from: number, to: number, sealed: number): void {
    while ((this.#losses[this.#settled]?.to ?? Number.POSITIVE_INFINITY) <= sealed) this.#settled++;
    const begin = Math.max(from, sealed);
    if (begin >= to) return;
    for (const span of this.#losses.splice(this.#settled)) {
      if (span.channel !== channel || span.to <= begin || span.from >= to) {
        this.#losses.push(span);
        continue;
      }
      if (span.from < begin) this.#losses.push({ ...span, to: begin });
      if (span.to > to) this.lose(channel, to, span.to);
    }
  }

  /** All gaps in the order of their beginning, those open ending at `end`. */
  list(end: number): RecordingGap[] {
    const ms = (samples: number): number => Math.round(Math.min(samples, end) / SAMPLES_PER_MS);
    const pauses = this.#pauses.map(({ from, to }): RecordingGap => ({ kind: 'pause', channel: 'both', fromMs: ms(from), toMs: ms(to) }));
    const losses = this.#losses.map(({ channel, from, to }): RecordingGap => {
      return { kind: 'loss', channel: channel === 0 ? 'left' : 'right', fromMs: ms(from), toMs: ms(to) };
    });
    return [...pauses, ...losses].toSorted((a, b) => a.fromMs - b.fromMs);
  }
}
