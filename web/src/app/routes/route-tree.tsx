import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { arrivedWith } from '../../lib/arrived.ts';
import { loadSession } from '../../lib/session.ts';
import { sessionStore } from '../../lib/session-store.ts';
import { QUEUE_PARTS, SETTING_PARTS } from '../../records/page-parts.ts';
import { firstPath } from '../nav.ts';
import { Shell } from '../shell.tsx';
import { page } from './page.ts';

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

const singleSignOn = createRoute({
  getParentRoute: () => root,
  path: '/login/single-sign-on',
  beforeLoad: () => {
    if (arrivedWith === '') throw redirect({ to: '/login', search: {} });
  },
  component: lazyRouteComponent(() => import('./single-sign-on-route.tsx')),
});

const webCall = createRoute({
  getParentRoute: () => root,
  path: '/web-call/$tenant',
  component: page(() => import('./web-call-route.tsx')),
});

const sharedRecording = createRoute({
  getParentRoute: () => root,
  path: '/share/recording/$token',
  component: page(() => import('./shared-recording-route.tsx')),
});

const wall = createRoute({
  getParentRoute: () => root,
  path: '/wall/$token',
  component: page(() => import('./wall-route.tsx')),
});

/** All pages behind the login stand in the shell. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await knownSession();
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
    if ((session.mustSetUpFactor || session.mustChangePassword) && location.pathname !== '/account') throw redirect({ to: '/account', replace: true });
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
  component: page(() => import('../../features/customers/customers-page.tsx')),
});

const customer = createRoute({
  getParentRoute: () => inside,
  path: '/customers/$id',
  component: page(() => import('./customer-route.tsx')),
});

const board = createRoute({
  getParentRoute: () => inside,
  path: '/board',
  component: page(() => import('../../features/board/board-page.tsx')),
});

const seats = createRoute({
  getParentRoute: () => inside,
  path: '/board/seats',
  component: page(() => import('../../features/board/seats-page.tsx')),
});

const wallLinks = createRoute({
  getParentRoute: () => inside,
  path: '/board/walls',
  component: page(() => import('../../features/wall/wall-links-page.tsx')),
});

const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  component: page(() => import('../../features/alerts/alerts-page.tsx')),
});

const callbacks = createRoute({
  getParentRoute: () => inside,
  path: '/callbacks',
  component: page(() => import('../../features/callbacks/callbacks-page.tsx')),
});

const queues = createRoute({
  getParentRoute: () => inside,
  path: '/queues',
  validateSearch: z.object({ part: z.enum(QUEUE_PARTS).optional().catch(undefined) }),
  component: page(() => import('../../features/queues/queues-page.tsx')),
});

const calls = createRoute({
  getParentRoute: () => inside,
  path: '/calls',
  component: page(() => import('../../features/calls/calls-page.tsx')),
});

const oneCall = createRoute({
  getParentRoute: () => inside,
  path: '/calls/$id',
  component: page(() => import('./call-route.tsx')),
});

const recordings = createRoute({
  getParentRoute: () => inside,
  path: '/recordings',
  component: page(() => import('../../features/recordings/recordings-page.tsx')),
});

const recordingLabels = createRoute({
  getParentRoute: () => inside,
  path: '/recordings/labels',
  component: page(() => import('../../features/recordings/label-settings.tsx')),
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
  component: page(() => import('../../features/quality/quality-page.tsx')),
});

const calibration = createRoute({
  getParentRoute: () => inside,
  path: '/calibrations/$id',
  component: page(() => import('./calibration-route.tsx')),
});

const evaluation = createRoute({
  getParentRoute: () => inside,
  path: '/evaluations/$id',
  component: page(() => import('./evaluation-route.tsx')),
});

const voicemail = createRoute({
  getParentRoute: () => inside,
  path: '/voicemail',
  validateSearch: z.object({ part: z.enum(['boxes']).optional().catch(undefined), message: z.uuid().optional().catch(undefined) }),
  component: page(() => import('./voicemail-route.tsx')),
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
  component: page(() => import('../../features/reports/reports-page.tsx')),
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
  component: page(() => import('../../features/staffing/staffing-page.tsx')),
});

const myShifts = createRoute({
  getParentRoute: () => inside,
  path: '/my-shifts',
  component: page(() => import('../../features/staffing/my-shifts-page.tsx')),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  component: page(() => import('../../features/audit/audit-page.tsx')),
});

const knowledge = createRoute({
  getParentRoute: () => inside,
  path: '/knowledge',
  component: page(() => import('../../features/knowledge/knowledge-page.tsx')),
});

const scripts = createRoute({
  getParentRoute: () => inside,
  path: '/scripts',
  component: page(() => import('../../features/scripts/scripts-page.tsx')),
});

const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  component: page(() => import('../../features/incidents/incidents-page.tsx')),
});

const incident = createRoute({
  getParentRoute: () => inside,
  path: '/incidents/$id',
  component: page(() => import('../../features/incidents/incident-page.tsx')),
});

const providerAccess = createRoute({
  getParentRoute: () => inside,
  path: '/audit/provider-access',
  component: page(() => import('../../features/provider-access/provider-access-page.tsx')),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  component: page(() => import('../../features/users/users-page.tsx')),
});

const userImport = createRoute({
  getParentRoute: () => inside,
  path: '/users/import',
  component: page(() => import('../../features/users/user-import-page.tsx')),
});

const profiles = createRoute({
  getParentRoute: () => inside,
  path: '/users/profiles',
  component: page(() => import('../../features/users/profiles-page.tsx')),
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
  component: page(() => import('../../features/telephony/telephony-page.tsx')),
});

const flows = createRoute({
  getParentRoute: () => inside,
  path: '/flows',
  validateSearch: z.object({ part: z.enum(['calendars']).optional().catch(undefined) }),
  component: page(() => import('../../features/flows/flows-page.tsx')),
});

const oneFlow = createRoute({
  getParentRoute: () => inside,
  path: '/flows/$id',
  component: page(() => import('./flow-route.tsx')),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: page(() => import('../../features/account/account-page.tsx')),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: z.object({ part: z.enum(SETTING_PARTS).optional().catch(undefined) }),
  component: page(() => import('../../features/settings/settings-page.tsx')),
});

export const routeTree = root.addChildren([
  login,
  singleSignOn,
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
    providerAccess,
    knowledge,
    scripts,
    incidents,
    incident,
    users,
    userImport,
    profiles,
    telephony,
    telephonyPart,
    flows,
    oneFlow,
    settings,
    account,
  ]),
]);
