import { z } from 'zod';
import { route } from '../contract.ts';
import { CALL_COUNTS, CALL_SUMS } from '../metrics/call-report.ts';
import { DEVIATION_KINDS } from '../metrics/adherence.ts';
import { AGENT_FIGURES, OFFER_FIGURES, TIME_CLASSES } from '../metrics/agent-time.ts';
import { callSchema } from './calls.ts';
import { idParams, idSchema, listOf, pageFields, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** Lengths of the intervals of a report; days, weeks (from Monday) and months are Japan's. */
export const REPORT_INTERVALS = ['15', '30', '60', 'day', 'week', 'month', 'total'] as const;
export type ReportInterval = (typeof REPORT_INTERVALS)[number];

/** By what the lines of a call report are told apart beside their time. */
export const REPORT_GROUPS = ['none', 'queue', 'agent', 'number', 'wrapUp'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

export const EXPORT_FORMATS = ['csv', 'csv-cp932', 'xlsx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const period = {
  from: timeSchema,
  /** Not in the report any more. */
  to: timeSchema,
} as const;

const callFilters = {
  ...period,
  groupBy: z.enum(REPORT_GROUPS).default('none'),
  queueId: idSchema.optional(),
  agentId: idSchema.optional(),
  /** T of the service levels, ms; left out = each queue's own. */
  thresholdMs: z.coerce.number().int().min(0).max(3_600_000).optional(),
  /** s: a caller who hung up after at most so long is a short abandon, ms. */
  shortMs: z.coerce.number().int().min(0).max(600_000).default(5000),
} as const;

/** How a report leaves as a file. */
export const exportFields = {
  format: z.enum(EXPORT_FORMATS),
  lang: z.enum(['ja', 'en']).default('ja'),
} as const;

const tallySchema = z.object(Object.fromEntries([...CALL_COUNTS, ...CALL_SUMS, 'longestWaitMs' as const].map((name) => [name, z.number()])) as Record<(typeof CALL_COUNTS)[number] | (typeof CALL_SUMS)[number] | 'longestWaitMs', z.ZodNumber>);

const figuresSchema = z.record(z.string(), z.number().nullable());

/** One line: an interval, and within it a queue, agent, number or wrap-up code. */
export const callReportRowSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  /** Id of what the line is about; empty where the calls have none, or nothing is told apart. */
  key: z.string(),
  name: z.string(),
  tally: tallySchema,
  /** Metric id to value: counts, shares of 1, ms; null where there is nothing to speak of. */
  figures: figuresSchema,
});

export const callReportSchema = z.object({
  rows: z.array(callReportRowSchema),
  total: z.object({ tally: tallySchema, figures: figuresSchema }),
  /** Inbound calls whose number called before within the period, of those with a number; null when there are too many calls to compare. */
  repeats: z.object({ calls: z.number().int(), repeated: z.number().int(), rate: z.number().nullable() }).nullable(),
  /** Clock of the server: calls that had not ended by then are not in it. */
  asOf: timeSchema,
});

export const getCallReport = route({
  id: 'getCallReport',
  method: 'GET',
  path: '/reports/calls',
  summary: 'Calls of a period in intervals, with every figure of the metric list, six service levels side by side.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject({ ...callFilters, interval: z.enum(REPORT_INTERVALS).default('30') }),
  response: callReportSchema,
});

export const listReportCalls = route({
  id: 'listReportCalls',
  method: 'GET',
  path: '/reports/calls/behind',
  summary: 'The calls behind one count of the call report, newest first: same conditions, same period.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'normal',
  query: z.strictObject({
    ...callFilters,
    ...pageFields,
    count: z.enum(CALL_COUNTS),
    /** The line's key; given and empty = calls without one. */
    key: text(100).optional(),
  }),
  response: listOf(callSchema),
});

export const exportCallReport = route({
  id: 'exportCallReport',
  method: 'GET',
  path: '/reports/calls/export',
  summary: 'The call report as a file: CSV in UTF-8 with BOM, CSV in CP932, or XLSX.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject({ ...callFilters, ...exportFields, interval: z.enum(REPORT_INTERVALS).default('30') }),
  binary: 'application/octet-stream',
});

const timesSchema = z.object(Object.fromEntries(TIME_CLASSES.map((name) => [name, z.number()])) as Record<(typeof TIME_CLASSES)[number], z.ZodNumber>);

/** Times that a call of a queue rang at the agent: each was taken or was not. */
const offerCounts = Object.fromEntries(OFFER_FIGURES.map((name) => [name, z.number().int()])) as Record<(typeof OFFER_FIGURES)[number], z.ZodInt>;

export const agentReportSchema = z.object({
  rows: z.array(
    z.object({
      agentId: idSchema,
      name: z.string(),
      times: timesSchema,
      figures: figuresSchema,
      ...offerCounts,
      /** First time that was not offline, and the end of the last such time; null = never there. */
      firstLogin: timeSchema.nullable(),
      lastLogoff: timeSchema.nullable(),
    }),
  ),
  total: z.object({ times: timesSchema, figures: figuresSchema, ...offerCounts }),
  asOf: timeSchema,
});

export const getAgentReport = route({
  id: 'getAgentReport',
  method: 'GET',
  path: '/reports/agents',
  summary: 'How the time of each agent was spent in a period, with occupancy, and offers not answered.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject({ ...period, agentId: idSchema.optional() }),
  response: agentReportSchema,
});

/** One thing that a figure of the agents' report is made of: an offer, or a stretch of time. */
export const agentReportPartSchema = z.object({
  id: idSchema,
  agentId: idSchema,
  agentName: z.string(),
  /** When it rang, or when the stretch began; what began before the period begins with it. */
  at: timeSchema,
  /** What became of the offer, or what the time was. */
  kind: z.enum(['taken', 'notTaken', ...TIME_CLASSES]),
  /** How long the stretch was within the period, until now at most; null = an offer. */
  ms: z.number().nullable(),
  /** Null where it belongs to none. */
  call: callSchema.nullable(),
});

export const listAgentReportParts = route({
  id: 'listAgentReportParts',
  method: 'GET',
  path: '/reports/agents/behind',
  summary: 'What is behind one figure of the agents’ report, newest first: the offers that it counts, or the stretches of time that it adds up, with their calls.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'normal',
  query: z.strictObject({ ...period, ...pageFields, figure: z.enum(AGENT_FIGURES), agentId: idSchema.optional() }),
  response: listOf(agentReportPartSchema),
});

export const exportAgentReport = route({
  id: 'exportAgentReport',
  method: 'GET',
  path: '/reports/agents/export',
  summary: 'The agents’ report as a file.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject({ ...period, ...exportFields, agentId: idSchema.optional() }),
  binary: 'application/octet-stream',
});

const adherenceTimesSchema = z.object({ scheduled: z.number(), scheduledWork: z.number(), right: z.number(), worked: z.number() });

export const adherenceReportSchema = z.object({
  /** One for each agent and day with a shift, or with work outside of any. */
  rows: z.array(
    z.object({
      agentId: idSchema,
      name: z.string(),
      day: z.iso.date(),
      times: adherenceTimesSchema,
      figures: figuresSchema,
      /** What was other than planned, from a minute on. */
      deviations: z.array(z.object({ kind: z.enum(DEVIATION_KINDS), from: timeSchema, to: timeSchema, actual: z.enum(TIME_CLASSES), callId: idSchema.nullable() })),
    }),
  ),
  total: z.object({ times: adherenceTimesSchema, figures: figuresSchema }),
  asOf: timeSchema,
});

/** Days in Japan; left out = today. */
const adherenceFields = { fromDay: z.iso.date().optional(), toDay: z.iso.date().optional(), agentId: idSchema.optional() } as const;

export const getAdherence = route({
  id: 'getAdherence',
  method: 'GET',
  path: '/reports/adherence',
  summary: 'Shifts against what agents did, by agent and day, with each deviation; reckoned anew from the shifts as they are now.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject(adherenceFields),
  response: adherenceReportSchema,
});

export const exportAdherence = route({
  id: 'exportAdherence',
  method: 'GET',
  path: '/reports/adherence/export',
  summary: 'The adherence report as a file.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'heavy',
  query: z.strictObject({ ...adherenceFields, ...exportFields }),
  binary: 'application/octet-stream',
});

export type AdherenceReport = z.infer<typeof adherenceReportSchema>;

export const pastBoardSchema = z.object({
  at: timeSchema,
  queues: z.array(
    z.object({
      queueId: idSchema,
      name: z.string(),
      waiting: z.number().int(),
      /** How long the oldest waiting call had waited, ms. */
      longestWaitMs: z.number().nullable(),
      talking: z.number().int(),
      /** Of the day until then. */
      offered: z.number().int(),
      answered: z.number().int(),
      abandoned: z.number().int(),
    }),
  ),
  agents: z.array(z.object({ agentId: idSchema, name: z.string(), state: z.enum(TIME_CLASSES), sinceMs: z.number().nullable(), callId: idSchema.nullable() })),
  /** Calls in progress at that moment. */
  calls: z.array(z.object({ callId: idSchema, direction: z.enum(['inbound', 'outbound']), state: z.enum(['flow', 'waiting', 'talking']), queueName: z.string(), agentName: z.string(), sinceMs: z.number() })),
});

export const getPastBoard = route({
  id: 'getPastBoard',
  method: 'GET',
  path: '/reports/board-at',
  summary: 'The live board as it stood at a past moment, from the records of calls and of agents’ states.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'normal',
  query: z.strictObject({ at: timeSchema }),
  response: pastBoardSchema,
});

export type CallReport = z.infer<typeof callReportSchema>;
export type CallReportRow = z.infer<typeof callReportRowSchema>;
export type AgentReport = z.infer<typeof agentReportSchema>;
export type AgentReportPart = z.infer<typeof agentReportPartSchema>;
export type PastBoard = z.infer<typeof pastBoardSchema>;

const scheduleFields = {
  name: requiredText(100),
  report: z.enum(['calls', 'agents']),
  /** A day's report covers the day before, a week's the week from Monday, a month's the calendar month. */
  every: z.enum(['day', 'week', 'month']),
  /** Minute of the day in Japan at which it goes out; weeks on Monday, months on the first. */
  atMinute: z.number().int().min(0).max(1439),
  interval: z.enum(REPORT_INTERVALS),
  groupBy: z.enum(REPORT_GROUPS),
  format: z.enum(EXPORT_FORMATS),
  lang: z.enum(['ja', 'en']),
  recipients: z.array(z.email().max(254)).min(1).max(20),
  active: z.boolean(),
} as const;

export const reportScheduleSchema = z.object({
  ...recordFields,
  ...scheduleFields,
  nextAt: timeSchema,
  lastRunAt: timeSchema.nullable(),
  /** Why the last one was not made; empty = it was. */
  lastError: z.string(),
});

export const listReportSchedules = route({
  id: 'listReportSchedules',
  method: 'GET',
  path: '/report-schedules',
  summary: 'Reports that go out by mail by themselves. `canSend` is false while no mail host is configured.',
  tag: 'reports',
  permission: 'report.read',
  rate: 'normal',
  query: pageQuery,
  response: z.object({ ...listOf(reportScheduleSchema).shape, canSend: z.boolean() }),
});

export const createReportSchedule = route({
  id: 'createReportSchedule',
  method: 'POST',
  path: '/report-schedules',
  summary: 'Let a report go out by mail each day, week or month.',
  tag: 'reports',
  permission: 'report.manage',
  rate: 'normal',
  body: z.strictObject({ ...scheduleFields, active: scheduleFields.active.default(true) }),
  response: reportScheduleSchema,
});

export const updateReportSchedule = route({
  id: 'updateReportSchedule',
  method: 'PATCH',
  path: '/report-schedules/{id}',
  summary: 'Change a scheduled report, or stop it for a time.',
  tag: 'reports',
  permission: 'report.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject(scheduleFields).partial(),
  response: reportScheduleSchema,
});

export const deleteReportSchedule = route({
  id: 'deleteReportSchedule',
  method: 'DELETE',
  path: '/report-schedules/{id}',
  summary: 'Remove a scheduled report.',
  tag: 'reports',
  permission: 'report.manage',
  rate: 'normal',
  params: idParams,
});

export const sendReportSchedule = route({
  id: 'sendReportSchedule',
  method: 'POST',
  path: '/report-schedules/{id}/send',
  summary: 'Make the report of the last whole day, week or month and put it into the mail now.',
  tag: 'reports',
  permission: 'report.manage',
  rate: 'heavy',
  params: idParams,
  response: reportScheduleSchema,
});

export type ReportSchedule = z.infer<typeof reportScheduleSchema>;
