import type { Permission } from '../../../shared/permissions.ts';

/** Pages with what below them, and of which permissions one is enough to see anything there. Pages that are not here are everybody's. */
export const PAGE_PERMISSIONS = {
  '/desk': ['call.handle'],
  '/board': ['board.read'],
  '/alerts': ['board.read'],
  '/customers': ['customer.read'],
  '/calls': ['call.read.own', 'call.read.all'],
  '/callbacks': ['call.handle'],
  '/recordings': ['recording.play.own', 'recording.play.all'],
  '/quality': ['quality.read.own', 'quality.evaluate'],
  '/voicemail': ['recording.play.own', 'recording.play.all'],
  '/reports': ['report.read'],
  '/my-shifts': ['call.handle'],
  '/staffing': ['staffing.read'],
  '/knowledge': ['knowledge.read'],
  '/scripts': ['settings.manage'],
  '/incidents': ['call.supervise'],
  '/audit': ['audit.read'],
  '/users': ['user.read', 'user.manage'],
  '/users/import': ['user.manage'],
  '/queues': ['settings.manage', 'user.manage', 'call.supervise'],
  '/telephony': ['settings.manage'],
  '/flows': ['settings.manage'],
  '/settings': ['settings.manage', 'export.create'],
} as const satisfies Record<string, readonly Permission[]>;

/** Whether the page at a path has anything for who has these permissions; the server decides all the same. */
export const mayOpen = (path: string, permissions: readonly Permission[]): boolean =>
  Object.entries(PAGE_PERMISSIONS)
    .filter(([page]) => path === page || path.startsWith(`${page}/`))
    .every(([, anyOf]) => anyOf.some((permission) => permissions.includes(permission)));
