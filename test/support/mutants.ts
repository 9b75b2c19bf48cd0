/**
 * Seeded mutants for parsers: the same on every machine. Counts per kind: `SCC_MUTANTS` (200,000 when not set). A failing seed is
 * printed with its bytes.
 */

export const MUTANTS = Number(process.env.SCC_MUTANTS ?? 200_000);

/** Time that a test of mutants may take, ms. */
export const MUTANTS_TIMEOUT_MS = 30_000 + MUTANTS;

/** Pieces that parsers stumble over. */
const NASTY = ['\r\n', '\r\n ', '\r\n\r\n', '\0', '"', '\\', '<', '>', ';', ',', ':', '@', '=', '%', '%0', '[', ']', '::', '-1', '99999999999999999999', 'é', '\xff', ' ', '\t', '%n%s', 'SIP/2.0', 'Via:', '\u001b[31m', '()', '*', '?', 'sip:', 'a'.repeat(300)].map((text) => Buffer.from(text, 'latin1'));

/** Mulberry32: the same mutants on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to six changes: flip, insert, delete, repeat, cut, or splice with another seed. */
function mutate(bytes: Buffer, others: readonly Buffer[], random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let change = 1 + random(6); change > 0; change--) {
    const at = random(out.length + 1);
    const end = Math.min(out.length, at + random(40));
    const kinds = [
      () => Buffer.concat([out.subarray(0, at), Buffer.from([random(256)]), out.subarray(at + 1)]),
      () => Buffer.concat([out.subarray(0, at), NASTY[random(NASTY.length)] ?? out, out.subarray(at)]),
      () => Buffer.concat([out.subarray(0, at), out.subarray(end)]),
      () => Buffer.concat([out.subarray(0, end), out.subarray(at, end), out.subarray(end)]),
      () => out.subarray(0, at),
      () => {
        const other = others[random(others.length)] ?? out;
        return Buffer.concat([out.subarray(0, at), other.subarray(random(other.length + 1))]);
      },
    ];
    out = (kinds[random(kinds.length)]?.() ?? out).subarray(0, 20_000);
  }
  return out;
}

/** What became of the mutants. */
export interface Tally {
  accepted: number;
  refused: number;
  slowestMs: number;
}

/** No mutant may take this long, ms. */
export const SLOW_MS = 50;

/** The machine may have been busy with something else: only the best of several runs counts. */
function fastestOf(runs: number, attempt: () => void): number {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    try {
      attempt();
    } catch {
      // What it throws was looked at before.
    }
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Says whether an error is the parser's own and tells what is wrong. */
export type IsOwnError = (error: unknown) => boolean;

/** Runs `attempt` on mutants of the seeds; anything but the parsers' own errors fails the test with the mutant at hand. */
export function storm(seeds: readonly Buffer[], count: number, isOwnError: IsOwnError, attempt: (bytes: Buffer) => void): Tally {
  const tally: Tally = { accepted: 0, refused: 0, slowestMs: 0 };
  for (let seed = 0; seed < count; seed++) {
    const random = seeded(seed);
    const bytes = mutate(seeds[seed % seeds.length] ?? Buffer.alloc(0), seeds, random);
    const start = performance.now();
    try {
      attempt(bytes);
      tally.accepted++;
    } catch (error) {
      if (!isOwnError(error)) throw new Error(`seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}`, { cause: error });
      tally.refused++;
    }
    const elapsed = performance.now() - start;
    if (elapsed > tally.slowestMs) tally.slowestMs = Math.max(tally.slowestMs, elapsed > SLOW_MS ? fastestOf(5, () => attempt(bytes)) : elapsed);
  }
  return tally;
}
