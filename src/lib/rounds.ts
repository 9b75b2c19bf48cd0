import type { Clock } from './clock.ts';

export interface Rounds {
  clock: Clock;
  /** From the end of a round to the beginning of the next, ms. */
  everyMs: number;
  round: () => Promise<void>;
  /** Hears what a round threw; the next one comes all the same. */
  onError: (error: unknown) => void;
  /** The first one comes now instead of after the first pause. */
  isFirstNow?: boolean;
}

/** Does the same again and again, one round at a time. @returns ends it; resolves when the round that runs is over */
export function startRounds({ clock, everyMs, round, onError, isFirstNow = false }: Rounds): () => Promise<void> {
  let cancel = (): void => undefined;
  let ended = false;
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      await round();
    } catch (error) {
      onError(error);
    }
    rest();
  };
  const begin = (): void => {
    running = run();
  };
  const rest = (): void => {
    if (!ended) cancel = clock.after(everyMs, begin);
  };
  if (isFirstNow) begin();
  else rest();
  return async () => {
    ended = true;
    cancel();
    await running;
  };
}
