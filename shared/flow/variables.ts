/** Names that a flow can read without setting them. */
export const BUILT_IN_VARIABLES = [
  /** E.164, or as the network gave it; empty when withheld. */
  'caller.number',
  /** `anonymous`, `payphone`, `unavailable`; empty when there is a number. */
  'caller.withheld',
  /** The number that was called. */
  'dialled',
  /** Set by a customer look-up. */
  'customer.id',
  'customer.count',
  /** Labels with a comma between. */
  'customer.labels',
  /** Japan's date `YYYY-MM-DD`, time `HH:MM` and weekday 0 (Sunday) to 6. */
  'now.date',
  'now.time',
  'now.weekday',
] as const;

/** `{name}` in a template. */
const REFERENCE = /\{([A-Za-z][A-Za-z0-9_.]{0,59})\}/g;

/** Names that a template refers to. */
export const referencesIn = (template: string): string[] => [...template.matchAll(REFERENCE)].map(([, name]) => name ?? '');

/** The template with values put in; what is not set is empty. */
export const fillTemplate = (template: string, valueOf: (name: string) => string): string => template.replaceAll(REFERENCE, (_, name: string) => valueOf(name));
