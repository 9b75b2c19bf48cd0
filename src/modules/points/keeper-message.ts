/** What the process that keeps points in time tells the one that started it. */
export type KeeperMessage =
  /** What is wrong now; null = all is well. */
  { failure: string | null } | { level: 'debug' | 'info' | 'warn' | 'error'; fields: object; text: string };
