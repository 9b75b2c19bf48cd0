import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  IconAddressBook,
  IconBell,
  IconBook2,
  IconCalendarStats,
  IconCalendarUser,
  IconChartBar,
  IconClipboardCheck,
  IconHeadset,
  IconHierarchy2,
  IconHistory,
  IconListDetails,
  IconMailbox,
  IconMicrophone2,
  IconPhone,
  IconPhoneOutgoing,
  IconRoute,
  IconReportAnalytics,
  IconSettings,
  IconShieldCheck,
  IconShieldExclamation,
  IconUsers,
} from '@tabler/icons-react';
import type { Permission } from '../../../shared/permissions.ts';

export interface NavItem {
  to: '/desk' | '/customers' | '/board' | '/alerts' | '/calls' | '/callbacks' | '/recordings' | '/voicemail' | '/knowledge' | '/incidents' | '/scripts' | '/quality' | '/reports' | '/staffing' | '/my-shifts' | '/audit' | '/users' | '/queues' | '/telephony' | '/flows' | '/settings';
  label: MessageDescriptor;
  icon: typeof IconHeadset;
  /** One of these is enough to see the page. */
  anyOf: readonly Permission[];
}

/** The pages in the order of the menu. */
export const NAV: readonly NavItem[] = [
  { to: '/desk', label: msg`Desk`, icon: IconHeadset, anyOf: ['call.handle'] },
  { to: '/board', label: msg`Live board`, icon: IconChartBar, anyOf: ['board.read'] },
  { to: '/alerts', label: msg`Alerts`, icon: IconBell, anyOf: ['board.read'] },
  { to: '/customers', label: msg`Customers`, icon: IconAddressBook, anyOf: ['customer.read'] },
  { to: '/calls', label: msg`Call history`, icon: IconHistory, anyOf: ['call.read.own', 'call.read.all'] },
  { to: '/callbacks', label: msg`Callbacks`, icon: IconPhoneOutgoing, anyOf: ['call.handle'] },
  { to: '/recordings', label: msg`Recordings`, icon: IconMicrophone2, anyOf: ['recording.play.own', 'recording.play.all'] },
  { to: '/quality', label: msg`Quality`, icon: IconClipboardCheck, anyOf: ['quality.read.own', 'quality.evaluate'] },
  { to: '/voicemail', label: msg`Voicemail`, icon: IconMailbox, anyOf: ['recording.play.own', 'recording.play.all'] },
  { to: '/reports', label: msg`Reports`, icon: IconReportAnalytics, anyOf: ['report.read'] },
  { to: '/my-shifts', label: msg`My shifts`, icon: IconCalendarUser, anyOf: ['call.handle'] },
  { to: '/staffing', label: msg`Staffing`, icon: IconCalendarStats, anyOf: ['staffing.read'] },
  { to: '/knowledge', label: msg`Knowledge`, icon: IconBook2, anyOf: ['knowledge.read'] },
  { to: '/scripts', label: msg`Scripts`, icon: IconListDetails, anyOf: ['settings.manage'] },
  { to: '/incidents', label: msg`Harassment files`, icon: IconShieldExclamation, anyOf: ['call.supervise'] },
  { to: '/audit', label: msg`Audit log`, icon: IconShieldCheck, anyOf: ['audit.read'] },
  { to: '/users', label: msg`Users`, icon: IconUsers, anyOf: ['user.read', 'user.manage'] },
  { to: '/queues', label: msg`Queues and routing`, icon: IconHierarchy2, anyOf: ['settings.manage', 'user.manage', 'call.supervise'] },
  { to: '/telephony', label: msg`Telephony`, icon: IconPhone, anyOf: ['settings.manage'] },
  { to: '/flows', label: msg`Call flows`, icon: IconRoute, anyOf: ['settings.manage'] },
  { to: '/settings', label: msg`Settings`, icon: IconSettings, anyOf: ['settings.manage'] },
];

export const visibleNav = (permissions: readonly Permission[]): readonly NavItem[] =>
  NAV.filter((item) => item.anyOf.some((permission) => permissions.includes(permission)));

/** Where a login leads: supervisors to the board, agents to their desk. */
export function firstPath(permissions: readonly Permission[]): NavItem['to'] {
  if (permissions.includes('board.read')) return '/board';
  return visibleNav(permissions)[0]?.to ?? '/customers';
}
