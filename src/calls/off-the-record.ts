import type { JournalEntry } from './journal.ts';
import type { CallMetrics } from './ports.ts';
import type { RuntimeOptions } from './tenant-runtime.ts';

const nothing = (): void => undefined;

/** Nobody sees these calls among the others; that an effect of one failed is a fault all the same. */
const uncounted = (metrics: CallMetrics): CallMetrics => ({
  ...metrics,
  callStarted: nothing,
  callEnded: nothing,
  answered: nothing,
  answeredUnrecorded: nothing,
  rang: nothing,
});

/**
 * What a runtime is given whose calls are in no record, board or figure, and in which there are no agents.
 * @param metrics those of the cell
 * @param onEntry hears of what other calls would write to the journal
 */
export const offTheRecord = (metrics: CallMetrics, onEntry: (entry: JournalEntry) => void = nothing) =>
  ({
    metrics: uncounted(metrics),
    journal: { add: (_actor, entry) => onEntry(entry), touch: nothing, adopted: nothing, commit: () => Promise.resolve() },
    lineOf: () => null,
    devicesOf: () => [],
    preferredFor: () => Promise.resolve([]),
  }) satisfies Partial<RuntimeOptions>;
