import { useLingui } from '@lingui/react/macro';
import { PERMISSIONS, type Permission } from '../../../shared/permissions.ts';

interface PermissionText {
  label: string;
  /** What it opens, in one sentence. */
  detail: string;
}

/** The words of each permission. */
export function usePermissionText(): Readonly<Record<Permission, PermissionText>> {
  const { t } = useLingui();
  return {
    'call.handle': { label: t`Take and make calls`, detail: t`The desk: answer, hold, transfer, dial, go available.` },
    'call.supervise': { label: t`Listen to and join calls of others`, detail: t`Monitor, whisper, barge in, take over; answer raised hands and SOS.` },
    'call.read.own': { label: t`See own calls`, detail: t`The history of the calls one handled oneself.` },
    'call.read.all': { label: t`See all calls`, detail: t`The history of everybody’s calls with their numbers and notes.` },
    'recording.play.own': { label: t`Play own recordings`, detail: t`Recordings of the calls one handled oneself.` },
    'recording.play.all': { label: t`Play all recordings`, detail: t`Recordings of everybody’s calls.` },
    'recording.download': { label: t`Download recordings`, detail: t`Takes a copy out of the product; a reason is asked for and logged.` },
    'recording.manage': { label: t`Label, hold, share and delete recordings`, detail: t`Labels, legal holds, retention, links for people outside.` },
    'customer.read': { label: t`See customers`, detail: t`Customers and companies with their contacts and history.` },
    'customer.write': { label: t`Change customers`, detail: t`Register and change customers and companies.` },
    'case.read': { label: t`See cases`, detail: t`Cases with their history.` },
    'case.write': { label: t`Change cases`, detail: t`Open, change and close cases.` },
    'knowledge.read': { label: t`Read the FAQ`, detail: t`Search and read articles.` },
    'board.read': { label: t`See the live board`, detail: t`Queues, agents and calls as they are at this moment.` },
    'board.manage': { label: t`Make wallboard links and arrange seats`, detail: t`Screens without a login, and the plan of the room.` },
    'alert.manage': { label: t`Manage alert rules`, detail: t`Which live figure raises whose attention.` },
    'report.read': { label: t`See reports`, detail: t`Figures of calls and agents; export them.` },
    'report.manage': { label: t`Send reports by mail`, detail: t`Schedules and their recipients.` },
    'staffing.read': { label: t`See forecasts, simulations and all shifts`, detail: t`How many people are needed, and who works when.` },
    'staffing.manage': { label: t`Plan shifts`, detail: t`Make, copy, import and change everybody’s shifts.` },
    'quality.read.own': { label: t`See and answer own evaluations`, detail: t`Read, acknowledge and appeal evaluations of one’s own calls.` },
    'quality.evaluate': { label: t`Evaluate calls and see all evaluations`, detail: t`Score calls, answer appeals, take part in calibration.` },
    'quality.manage': { label: t`Manage score sheets and calibration`, detail: t`What calls are scored by.` },
    'agent.manage': { label: t`Change another agent’s presence`, detail: t`Set somebody away or available, give a care break.` },
    'audit.read': { label: t`Read the audit log`, detail: t`Who did what and when; export and verify it.` },
    'export.create': { label: t`Take out all data of the company`, detail: t`Full exports with every record, log and recording; the own password and a reason are asked for and logged.` },
    'user.read': { label: t`See users`, detail: t`The list of users and profiles with their details.` },
    'user.manage': { label: t`Manage users and IP ranges`, detail: t`Register, change and disable users, issue passwords, make profiles, restrict addresses — within one’s own permissions.` },
    'settings.manage': { label: t`Change settings`, detail: t`Queues, flows, numbers, trunks, telephones, prompts, codes, scripts, FAQ articles, API keys.` },
  };
}

type Group = 'calls' | 'recordings' | 'customers' | 'operation' | 'staff' | 'administration';

/** The type makes it impossible to add a permission without a group. */
const GROUP_OF: Readonly<Record<Permission, Group>> = {
  'call.handle': 'calls',
  'call.supervise': 'calls',
  'call.read.own': 'calls',
  'call.read.all': 'calls',
  'recording.play.own': 'recordings',
  'recording.play.all': 'recordings',
  'recording.download': 'recordings',
  'recording.manage': 'recordings',
  'customer.read': 'customers',
  'customer.write': 'customers',
  'case.read': 'customers',
  'case.write': 'customers',
  'knowledge.read': 'customers',
  'board.read': 'operation',
  'board.manage': 'operation',
  'alert.manage': 'operation',
  'report.read': 'operation',
  'report.manage': 'operation',
  'agent.manage': 'operation',
  'staffing.read': 'staff',
  'staffing.manage': 'staff',
  'quality.read.own': 'staff',
  'quality.evaluate': 'staff',
  'quality.manage': 'staff',
  'audit.read': 'administration',
  'export.create': 'administration',
  'user.read': 'administration',
  'user.manage': 'administration',
  'settings.manage': 'administration',
};

/** Permissions in the groups in which people look for them. */
export function usePermissionGroups(): readonly { id: Group; title: string; permissions: readonly Permission[] }[] {
  const { t } = useLingui();
  const titles: Readonly<Record<Group, string>> = {
    calls: t`Calls`,
    recordings: t`Recordings`,
    customers: t`Customers and knowledge`,
    operation: t`Operation and reports`,
    staff: t`Staff and quality`,
    administration: t`Administration`,
  };
  const ids = Object.keys(titles) as Group[];
  return ids.map((id) => ({ id, title: titles[id], permissions: PERMISSIONS.filter((permission) => GROUP_OF[permission] === id) }));
}
