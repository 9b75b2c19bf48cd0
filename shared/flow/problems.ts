import { z } from 'zod';

/** What can be wrong with a flow; texts for people are in the UI. */
export const PROBLEM_CODES = [
  'missingStart',
  'missingNode',
  'missingBranch',
  'endlessLoop',
  'unreachable',
  'noChoices',
  'badKey',
  'sameKeys',
  'badDuration',
  'badNumber',
  'badTimeZone',
  'badSpan',
  'badDate',
  'badLength',
  'noHours',
  'noSound',
  'noText',
  'noCondition',
  'badUrl',
  'insecureUrl',
  'badBody',
  'maskedValue',
  'unknownVariable',
  'unknownQueue',
  'unknownBox',
  'unknownScript',
  'unknownSound',
  'unknownNumber',
  'unknownCalendar',
  'unknownFlow',
  'unknownAgent',
  'unknownExtension',
  'noSpeechProvider',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export const flowProblemSchema = z.object({
  code: z.enum(PROBLEM_CODES),
  /** A flow with an error cannot be published; a warning is for people. */
  severity: z.enum(['error', 'warning']),
  /** The node to open in an editor. */
  node: z.string(),
  /** The branch, field, key, name or value that it is about. */
  detail: z.string(),
});

export type FlowProblem = z.infer<typeof flowProblemSchema>;

/** What a flow may refer to; a list that is not given is not checked. */
export interface FlowContext {
  queues?: readonly string[];
  /** Numbers of the voicemail boxes. */
  boxes?: readonly string[];
  sounds?: readonly string[];
  /** E.164. */
  numbers?: readonly string[];
  calendars?: readonly string[];
  flows?: readonly string[];
  /** Login names. */
  agents?: readonly string[];
  extensions?: readonly string[];
  /** Ids of scripts that are published and in use. */
  scripts?: readonly string[];
  /** Languages for which text can be spoken. */
  speech?: readonly string[];
}

export const hasErrors = (problems: readonly FlowProblem[]): boolean => problems.some(({ severity }) => severity === 'error');
