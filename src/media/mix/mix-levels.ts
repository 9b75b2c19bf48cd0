import type { MixScope } from '../protocol.ts';

/** What a member of a mix may hear and by whom it may be heard; both must allow it. */
export interface MixRights {
  hears: MixScope;
  heardBy: MixScope;
}

const includes = (scope: MixScope, id: string): boolean => scope === 'all' || (scope !== 'none' && scope.includes(id));

/** True when `listener` is given what `speaker` says; nobody hears himself. */
export function hears(listener: string, listens: MixRights, speaker: string, speaks: MixRights): boolean {
  return listener !== speaker && includes(listens.hears, speaker) && includes(speaks.heardBy, listener);
}

/** Sums stay below this: -0.4 dBFS. */
const CEILING = 31_300;
/** How much of the way back to full level is gone in one frame of 20 ms. */
const RECOVERY = 0.08;

/**
 * Keeps a sum of voices within 16 bits by lowering its level, at once where it would clip and slowly back: several people
 * who speak at a time get softer, never distorted.
 */
export class Limiter {
  #gain = 1;

  /** Brings `sum` to 16 bits into `output`. */
  run(sum: Int32Array, output: Int16Array): void {
    let peak = 0;
    for (const sample of sum) peak = Math.max(peak, Math.abs(sample));
    const from = this.#gain;
    const wanted = Math.min(from + (1 - from) * RECOVERY, peak > CEILING ? CEILING / peak : 1);
    // A lower gain holds from the first sample on; a higher one comes gradually.
    const start = Math.min(from, wanted);
    const step = (wanted - start) / sum.length;
    for (let index = 0; index < sum.length; index++) output[index] = Math.round((sum[index] ?? 0) * (start + step * index));
    this.#gain = wanted > 0.999 ? 1 : wanted;
  }
}

/** A soft noise at about -66 dBFS, so that a member who hears nobody knows that the line is there. */
export function comfortNoise(length: number): Int16Array {
  let seed = 0x5eed;
  return Int16Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return ((seed >> 16) % 33) - 16;
  });
}

/** True when nothing in the frame is loud enough to be worth mixing: below -60 dBFS. */
export function isSilent(frame: Int16Array): boolean {
  for (const sample of frame) if (sample > 32 || sample < -32) return false;
  return true;
}
