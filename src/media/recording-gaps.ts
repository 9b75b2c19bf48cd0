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
  /** Sealed: nothing can fill them any more. */
  #settled: Span[] = [];
  /** Not sealed, or not all of it; few. */
  #open: Span[] = [];
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

  /** Pauses within samples `from` to `to`. */
  pausesIn(from: number, to: number): { from: number; to: number }[] {
    return this.#pauses.filter((pause) => pause.from < to && pause.to > from).map((pause) => clip(pause, from, to));
  }

  /** Losses within samples `from` to `to`, which must not be settled. */
  lossesIn(from: number, to: number): Span[] {
    if (this.#open.length === 0) return this.#open;
    return this.#open.filter((span) => span.from < to && span.to > from).map((span) => clip(span, from, to));
  }

  lose(channel: 0 | 1, from: number, to: number): void {
    this.#open.push({ channel, from, to });
  }

  /** Samples before `sealed` are written, and what is lost of them stays so. */
  settle(sealed: number): void {
    if (this.#open.length === 0) return;
    const settled = this.#open.filter(({ to }) => to <= sealed);
    this.#settled.push(...settled.slice(0, MAX_GAPS - this.#settled.length));
    this.#open = this.#open.filter(({ to }) => to > sealed);
  }

  /** A packet came late and fills its place. @param sealed samples before this are written as lost, and stay so */
  fill(channel: 0 | 1, from: number, to: number, sealed: number): void {
    this.settle(sealed);
    const begin = Math.max(from, sealed);
    if (begin >= to || this.#open.length === 0) return;
    this.#open = this.#open.flatMap((span) => {
      if (span.channel !== channel || span.to <= begin || span.from >= to) return [span];
      return [{ ...span, to: begin }, { ...span, from: to }].filter((rest) => rest.from < rest.to);
    });
  }

  /** All gaps in the order of their beginning, those open ending at `end`. */
  list(end: number): RecordingGap[] {
    const ms = (samples: number): number => Math.round(Math.min(samples, end) / SAMPLES_PER_MS);
    const pauses = this.#pauses.map(({ from, to }): RecordingGap => ({ kind: 'pause', channel: 'both', fromMs: ms(from), toMs: ms(to) }));
    const losses = [...this.#settled, ...this.#open].slice(0, MAX_GAPS).map(({ channel, from, to }): RecordingGap => {
      return { kind: 'loss', channel: channel === 0 ? 'left' : 'right', fromMs: ms(from), toMs: ms(to) };
    });
    return [...pauses, ...losses].toSorted((a, b) => a.fromMs - b.fromMs);
  }
}

const clip = <Kind extends { from: number; to: number }>(span: Kind, from: number, to: number): Kind => ({
  ...span,
  from: Math.max(span.from, from),
  to: Math.min(span.to, to),
});
