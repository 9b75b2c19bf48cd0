import { Gather } from '../lib/gather.ts';

/** There is one event loop in a process, and so one rest for all its endpoints: sound waits for a millisecond at most. */
export const gather = new Gather({ periodMs: 1, minRate: 2000 });
