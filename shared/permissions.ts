/** Every permission a tenant profile can hold. Closed: a route names one of these or is public. */
export const PERMISSIONS = [
  'call.handle', // answer, hold, hang up, dial; go available
  'call.supervise', // listen to, whisper into, join or take over the calls of others
  'call.read.own',
  'call.read.all',
  'recording.play.own',
  'recording.play.all',
  'recording.download', // take a copy out, with a reason
  'recording.manage', // labels, holds, retention, links for others
  'customer.read',
  'customer.write',
  'case.read',
  'case.write',
  'knowledge.read',
  'board.read',
  'board.manage', // links for screens on the wall, seat maps
  'alert.manage', // rules that watch live figures
  'report.read', // figures of calls and agents, and the board of past moments
  'report.manage', // reports that go out by mail
  'staffing.read', // forecasts, simulations, everybody's shifts
  'staffing.manage', // the shift plan
  'quality.read.own', // evaluations of the own calls: see, acknowledge, appeal
  'quality.evaluate', // score calls, answer appeals, see all evaluations and their averages
  'quality.manage', // score sheets and calibration
  'agent.manage', // change another agent's presence
  'audit.read',
  'export.create', // take out everything the tenant has
  'user.read',
  'user.manage', // users, profiles, source IP ranges
  'settings.manage', // web call, numbers, prompts, wrap-up codes, API keys
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

export const isPermission = (text: string): text is Permission => KNOWN.has(text);

const CSR: readonly Permission[] = [
  'call.handle',
  'call.read.own',
  'recording.play.own',
  'customer.read',
  'customer.write',
  'case.read',
  'case.write',
  'knowledge.read',
  'quality.read.own',
];

/** The two locked presets of the white paper (9.2.2): 管理者ユーザー and 一般ユーザー. */
export const PRESETS: Readonly<Record<'SV' | 'CSR', readonly Permission[]>> = { SV: PERMISSIONS, CSR };
