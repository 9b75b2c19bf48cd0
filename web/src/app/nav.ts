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
import { mayOpen, type PAGE_PERMISSIONS } from './page-permissions.ts';

export interface NavItem {
  to: Exclude<keyof typeof PAGE_PERMISSIONS, '/users/import'>;
  label: MessageDescriptor;
  icon: typeof IconHeadset;
}

/** The pages in the order of the menu. */
export const NAV: readonly NavItem[] = [
  { to: '/desk', label: msg`Desk`, icon: IconHeadset },
  { to: '/board', label: msg`Live board`, icon: IconChartBar },
  { to: '/alerts', label: msg`Alerts`, icon: IconBell },
  { to: '/customers', label: msg`Customers`, icon: IconAddressBook },
  { to: '/calls', label: msg`Call history`, icon: IconHistory },
  { to: '/callbacks', label: msg`Callbacks`, icon: IconPhoneOutgoing },
  { to: '/recordings', label: msg`Recordings`, icon: IconMicrophone2 },
  { to: '/quality', label: msg`Quality`, icon: IconClipboardCheck },
  { to: '/voicemail', label: msg`Voicemail`, icon: IconMailbox },
  { to: '/reports', label: msg`Reports`, icon: IconReportAnalytics },
  { to: '/my-shifts', label: msg`My shifts`, icon: IconCalendarUser },
  { to: '/staffing', label: msg`Staffing`, icon: IconCalendarStats },
  { to: '/knowledge', label: msg`Knowledge`, icon: IconBook2 },
  { to: '/scripts', label: msg`Scripts`, icon: IconListDetails },
  { to: '/incidents', label: msg`Harassment files`, icon: IconShieldExclamation },
  { to: '/audit', label: msg`Audit log`, icon: IconShieldCheck },
  { to: '/users', label: msg`Users`, icon: IconUsers },
  { to: '/queues', label: msg`Queues and routing`, icon: IconHierarchy2 },
  { to: '/telephony', label: msg`Telephony`, icon: IconPhone },
  { to: '/flows', label: msg`Call flows`, icon: IconRoute },
  { to: '/settings', label: msg`Settings`, icon: IconSettings },
];

export const visibleNav = (permissions: readonly Permission[]): readonly NavItem[] =>
  NAV.filter(({ to }) => mayOpen(to, permissions));

/** Where a login leads: supervisors to the board, agents to their desk. */
export function firstPath(permissions: readonly Permission[]): NavItem['to'] {
  if (permissions.includes('board.read')) return '/board';
  return visibleNav(permissions)[0]?.to ?? '/customers';
}
