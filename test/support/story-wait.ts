/** Waiting for what another process does. */

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Asks again and again until the answer is neither null, undefined nor false.
 * @throws Error that names what was waited for and the last failure
 */
export async function waitFor<T>(what: string, ask: () => T | Promise<T>, timeoutMs = 15_000, everyMs = 100): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer as Exclude<T, null | undefined | false>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}; at last: ${String(last)}`);
    await sleep(everyMs);
  }
}
