/** Tabs of "Queues and routing" in the order they stand, as `?part=` names them. */
export const QUEUE_PARTS = ['queues', 'agents', 'emergency'] as const;

/** Tabs of "Settings" in the order they stand, as `?part=` names them. */
export const SETTING_PARTS = ['webCall', 'ipRanges', 'wrapUpCodes', 'afterCallWork', 'statusReasons', 'prompts', 'speech', 'apiKeys', 'dataExport'] as const;

/** The tab to open: the one the address names when this user has it, else their first one; null for a user who has none. */
export function openPart<Part extends string>(parts: readonly Part[], has: (part: Part) => boolean, named: string | undefined): Part | null {
  const mine = parts.filter(has);
  return mine.find((part) => part === named) ?? mine[0] ?? null;
}
