import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { loadSession } from '../../lib/session.ts';
import { sessionStore } from '../../lib/session-store.ts';
import { firstPath } from '../nav.ts';
import { Shell } from '../shell.tsx';

const root = createRootRoute({ component: Outlet });

/** Asks who is logged in once; afterwards the store knows. */
async function knownSession() {
  if (sessionStore.getState().status === 'unknown') await loadSession();
  return sessionStore.getState().session;
}

const searchSchema = z.object({ next: z.string().startsWith('/').optional().catch(undefined) });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: searchSchema,
  beforeLoad: async () => {
    if (await knownSession()) throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./login-route.tsx')),
});

const webCall = createRoute({
  getParentRoute: () => root,
  path: '/web-call/$tenant',
  component: lazyRouteComponent(() => import('./web-call-route.tsx')),
});

const sharedRecording = createRoute({
  getParentRoute: () => root,
  path: '/share/recording/$token',
  component: lazyRouteComponent(() => import('./shared-recording-route.tsx')),
});

const wall = createRoute({
  getParentRoute: () => root,
  path: '/wall/$token',
  component: lazyRouteComponent(() => import('./wall-route.tsx')),
});

/** All pages behind the login stand in the shell. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await knownSession();
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
    if (session.mustSetUpFactor && location.pathname !== '/account') throw redirect({ to: '/account', replace: true });
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: firstPath(sessionStore.getState().session?.permissions ?? []), replace: true });
  },
});

const desk = createRoute({
  getParentRoute: () => inside,
  path: '/desk',
  component: lazyRouteComponent(() => import('../../features/desk/desk-page.tsx')),
});

const customers = createRoute({
  getParentRoute: () => inside,
  path: '/customers',
  component: lazyRouteComponent(() => import('../../features/customers/customers-page.tsx')),
});

const customer = createRoute({
  getParentRoute: () => inside,
  path: '/customers/$id',
  component: lazyRouteComponent(() => import('./customer-route.tsx')),
});

const board = createRoute({
  getParentRoute: () => inside,
  path: '/board',
  component: lazyRouteComponent(() => import('../../features/board/board-page.tsx')),
});

const seats = createRoute({
  getParentRoute: () => inside,
  path: '/board/seats',
  component: lazyRouteComponent(() => import('../../features/board/seats-page.tsx')),
});

const wallLinks = createRoute({
  getParentRoute: () => inside,
  path: '/board/walls',
  component: lazyRouteComponent(() => import('../../features/wall/wall-links-page.tsx')),
});

const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  component: lazyRouteComponent(() => import('../../features/alerts/alerts-page.tsx')),
});

const callbacks = createRoute({
  getParentRoute: () => inside,
  path: '/callbacks',
  component: lazyRouteComponent(() => import('../../features/callbacks/callbacks-page.tsx')),
});

const queues = createRoute({
  getParentRoute: () => inside,
  path: '/queues',
  component: lazyRouteComponent(() => import('../../features/queues/queues-page.tsx')),
});

const calls = createRoute({
  getParentRoute: () => inside,
  path: '/calls',
  component: lazyRouteComponent(() => import('../../features/calls/calls-page.tsx')),
});

const oneCall = createRoute({
  getParentRoute: () => inside,
  path: '/calls/$id',
  component: lazyRouteComponent(() => import('./call-route.tsx')),
});

const recordings = createRoute({
  getParentRoute: () => inside,
  path: '/recordings',
  component: lazyRouteComponent(() => import('../../features/recordings/recordings-page.tsx')),
});

const recordingLabels = createRoute({
  getParentRoute: () => inside,
  path: '/recordings/labels',
  component: lazyRouteComponent(() => import('../../features/recordings/label-settings.tsx')),
});

const quality = createRoute({
  getParentRoute: () => inside,
  path: '/quality',
  beforeLoad: () => {
    throw redirect({ to: '/quality/$part', params: { part: 'evaluations' }, replace: true });
  },
});

const qualityPart = createRoute({
  getParentRoute: () => inside,
  path: '/quality/$part',
  component: lazyRouteComponent(() => import('../../features/quality/quality-page.tsx')),
});

const calibration = createRoute({
  getParentRoute: () => inside,
  path: '/calibrations/$id',
  component: lazyRouteComponent(() => import('./calibration-route.tsx')),
});

const evaluation = createRoute({
  getParentRoute: () => inside,
  path: '/evaluations/$id',
  component: lazyRouteComponent(() => import('./evaluation-route.tsx')),
});

const voicemail = createRoute({
  getParentRoute: () => inside,
  path: '/voicemail',
  validateSearch: z.object({ part: z.enum(['boxes']).optional().catch(undefined), message: z.uuid().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./voicemail-route.tsx')),
});

const reports = createRoute({
  getParentRoute: () => inside,
  path: '/reports',
  beforeLoad: () => {
    throw redirect({ to: '/reports/$part', params: { part: 'calls' }, replace: true });
  },
});

const reportsPart = createRoute({
  getParentRoute: () => inside,
  path: '/reports/$part',
  component: lazyRouteComponent(() => import('../../features/reports/reports-page.tsx')),
});

const staffing = createRoute({
  getParentRoute: () => inside,
  path: '/staffing',
  beforeLoad: () => {
    throw redirect({ to: '/staffing/$part', params: { part: 'forecast' }, replace: true });
  },
});

const staffingPart = createRoute({
  getParentRoute: () => inside,
  path: '/staffing/$part',
  component: lazyRouteComponent(() => import('../../features/staffing/staffing-page.tsx')),
});

const myShifts = createRoute({
  getParentRoute: () => inside,
  path: '/my-shifts',
  component: lazyRouteComponent(() => import('../../features/staffing/my-shifts-page.tsx')),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  component: lazyRouteComponent(() => import('../../features/audit/audit-page.tsx')),
});

const knowledge = createRoute({
  getParentRoute: () => inside,
  path: '/knowledge',
  component: lazyRouteComponent(() => import('../../features/knowledge/knowledge-page.tsx')),
});

const scripts = createRoute({
  getParentRoute: () => inside,
  path: '/scripts',
  component: lazyRouteComponent(() => import('../../features/scripts/scripts-page.tsx')),
});

const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  component: lazyRouteComponent(() => import('../../features/incidents/incidents-page.tsx')),
});

const incident = createRoute({
  getParentRoute: () => inside,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('../../features/incidents/incident-page.tsx')),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  component: lazyRouteComponent(() => import('../../features/users/users-page.tsx')),
});

const telephony = createRoute({
  getParentRoute: () => inside,
  path: '/telephony',
  beforeLoad: () => {
    throw redirect({ to: '/telephony/$part', params: { part: 'trunks' }, replace: true });
  },
});

const telephonyPart = createRoute({
  getParentRoute: () => inside,
  path: '/telephony/$part',
  component: lazyRouteComponent(() => import('../../features/telephony/telephony-page.tsx')),
});

const flows = createRoute({
  getParentRoute: () => inside,
  path: '/flows',
  validateSearch: z.object({ part: z.enum(['calendars']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../../features/flows/flows-page.tsx')),
});

const oneFlow = createRoute({
  getParentRoute: () => inside,
  path: '/flows/$id',
  component: lazyRouteComponent(() => import('./flow-route.tsx')),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('../../features/account/account-page.tsx')),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('../../features/settings/settings-page.tsx')),
});

export const routeTree = root.addChildren([
  login,
  webCall,
  sharedRecording,
  wall,
  inside.addChildren([
    home,
    desk,
    customers,
    customer,
    board,
    wallLinks,
    seats,
    alerts,
    queues,
    callbacks,
    calls,
    oneCall,
    recordings,
    recordingLabels,
    quality,
    qualityPart,
    calibration,
    evaluation,
    voicemail,
    reports,
    reportsPart,
    staffing,
    staffingPart,
    myShifts,
    audit,
    knowledge,
    scripts,
    incidents,
    incident,
    users,
    telephony,
    telephonyPart,
    flows,
    oneFlow,
    settings,
    account,
  ]),
]);
