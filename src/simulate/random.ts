/** A seeded source of numbers; equal seeds give equal days. */
export interface Random {
  /** Uniform, 0 <= x < 1. */
  next(): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
}

/**
 * The sfc32 generator (Chris Doty-Humphrey, PractRand): small, fast and statistically sound. Not for secrets.
 * @param seed any integer
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let counter = 1;
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 20; round++) next32();
  const next = (): number => next32() / 2 ** 32;
  return { next, exponential: (mean) => -mean * Math.log(1 - next()) };
}
