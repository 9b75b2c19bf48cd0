import { ALAW_TO_LINEAR, MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';
import type { AudioTap } from './audio-path.ts';
import type { DtmfPress } from './dtmf.ts';

/** Samples in a block: 12.75 ms, at which the eight tones fall well between each other (as is usual, 102 at 8 kHz). */
const BLOCK = 102;
const BLOCK_MS = (BLOCK * 1000) / 8000;
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = '123A456B789C*0#D';
/** Blocks in a row that make a press: at least 38 ms, below the 40 ms of ITU-T Q.24. */
const PRESS_BLOCKS = 3;
/** Blocks without the tone that end it: a pause of 20 ms is bridged (Q.24), one of 40 ms separates. */
const PAUSE_BLOCKS = 2;
/** Weakest tone, of full scale: about -36 dBFS. */
const WEAKEST = 0.0158 * 32_767;
/** The column may be this much stronger than the row (4 dB), the row than the column (8 dB: reverse twist). */
const TWIST = 10 ** (4 / 10);
const REVERSE_TWIST = 10 ** (8 / 10);
/** How far the strongest of a group must stand out from the others: 8 dB. */
const STANDS_OUT = 10 ** (8 / 10);
/** Both tones must be this share of all energy in the block: speech has more beside them. */
const PURITY = 0.72;

const coefficient = (frequency: number): number => 2 * Math.cos((2 * Math.PI * frequency) / 8000);
const ROW_COEFFICIENTS = ROWS.map(coefficient);
const COLUMN_COEFFICIENTS = COLUMNS.map(coefficient);
/** Second harmonics of rows: voices have them, keys do not. */
const HARMONIC_COEFFICIENTS = ROWS.map((frequency) => coefficient(frequency * 2));

/** Mean power of one frequency in a block (Goertzel): half the square of its amplitude. */
function powerOf(block: Float64Array, twoCos: number): number {
  let before = 0;
  let last = 0;
  for (const sample of block) {
    const next = sample + twoCos * last - before;
    before = last;
    last = next;
  }
  return (2 * (last * last + before * before - twoCos * last * before)) / (BLOCK * BLOCK);
}

/** The strongest of a group when it stands out; -1 otherwise. */
function strongest(powers: readonly number[]): number {
  const best = Math.max(...powers);
  const index = powers.indexOf(best);
  return powers.every((power, at) => at === index || power * STANDS_OUT < best) ? index : -1;
}

/** The key whose two tones a block of 102 samples is, '' for anything else. */
export function keyOfBlock(block: Float64Array): string {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  const mean = energy / BLOCK;
  if (mean < WEAKEST * WEAKEST) return '';
  const rows = ROW_COEFFICIENTS.map((each) => powerOf(block, each));
  const columns = COLUMN_COEFFICIENTS.map((each) => powerOf(block, each));
  const row = strongest(rows);
  const column = strongest(columns);
  if (row < 0 || column < 0) return '';
  const low = rows[row] ?? 0;
  const high = columns[column] ?? 0;
  if (high > low * TWIST || low > high * REVERSE_TWIST || low + high < PURITY * mean) return '';
  if (powerOf(block, HARMONIC_COEFFICIENTS[row] ?? 0) * STANDS_OUT > low) return '';
  return KEYS.charAt(row * 4 + column);
}

/** Hears keys in the sound of a peer without telephone-event; a press is told once, at its end. */
export class ToneDetector implements AudioTap {
  readonly #onPress: (press: DtmfPress) => void;
  readonly #block = new Float64Array(BLOCK);
  #filled = 0;
  #key = '';
  #blocks = 0;
  #without = 0;

  constructor(onPress: (press: DtmfPress) => void) {
    this.#onPress = onPress;
  }

  audio(packet: Buffer, offset: number, length: number, codec: string): void {
    const table = codec === 'PCMA' ? ALAW_TO_LINEAR : MULAW_TO_LINEAR;
    for (let index = offset; index < offset + length; index++) {
      this.#block[this.#filled++] = table[packet[index] ?? 0] ?? 0;
      if (this.#filled < BLOCK) continue;
      this.#filled = 0;
      this.#hear(keyOfBlock(this.#block));
    }
  }

  #hear(key: string): void {
    if (key !== '' && key === this.#key) {
      this.#blocks += 1 + this.#without;
      this.#without = 0;
      return;
    }
    // The end of a press may be torn; another key begins a press of its own.
    if (this.#key !== '' && key === '' && ++this.#without < PAUSE_BLOCKS) return;
    if (this.#key !== '' && this.#blocks >= PRESS_BLOCKS) {
      this.#onPress({ digit: this.#key, durationMs: Math.round(this.#blocks * BLOCK_MS) });
    }
    this.#key = key;
    this.#blocks = key === '' ? 0 : 1;
    this.#without = 0;
  }
}
