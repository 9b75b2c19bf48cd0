import { AppShell, Burger, NavLink, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useStore } from 'zustand';
import { useSession } from '../lib/session.ts';
import { sessionStore } from '../lib/session-store.ts';
import { AlertNotice } from './alert-notice.tsx';
import { EvaluationNotice, UnreadEvaluations } from './evaluation-notice.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { LiveCallNotice } from './live-call-notice.tsx';
import { visibleNav } from './nav.ts';
import { NotAllowedPage } from './not-allowed-page.tsx';
import { mayOpen } from './page-permissions.ts';
import classes from './shell.module.css';
import { useLiveSession } from './use-live-session.ts';
import { UserMenu } from './user-menu.tsx';

const ProviderAccessBanner = lazy(() => import('./provider-access-banner.tsx').then((module) => ({ default: module.ProviderAccessBanner })));
const HelpAlerts = lazy(() => import('./help-alerts.tsx').then((module) => ({ default: module.HelpAlerts })));

/** Head, menu and place for the page, for everyone who is logged in. */
export function Shell() {
  const { t, i18n } = useLingui();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { tenant } = useSession();
  const permissions = useStore(sessionStore, (state) => state.session?.permissions);
  const path = useLocation({ select: (location) => location.pathname });
  const readsOwn = permissions?.includes('quality.read.own') === true;
  useLeaveWhenSessionEnds();
  useLiveSession();

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', md: 'lg' }}
    >
      <a href="#main" className="scc-skip">
        <Trans>Skip to the content</Trans>
      </a>
      <AppShell.Header className={classes.header}>
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t`Menu`} aria-expanded={opened} />
        <Link to="/" className={classes.brand}>
          SCC
        </Link>
        <span className={classes.tenant}>{tenant?.name}</span>
        <span className={classes.spacer} />
        <LanguageSwitch />
        <UserMenu />
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={opened ? classes.navbar : `${classes.navbar} ${classes.closed}`} aria-label={t`Main menu`}>
        <Stack gap={2}>
          {visibleNav(permissions ?? []).map((item) => (
            <NavLink
              key={item.to}
              className={classes.navLink}
              py={6}
              active={path === item.to || path.startsWith(`${item.to}/`)}
              label={i18n._(item.label)}
              rightSection={item.to === '/quality' && readsOwn ? <UnreadEvaluations /> : undefined}
              leftSection={<item.icon size={20} stroke={1.7} aria-hidden />}
              onClick={close}
              renderRoot={(props) => <Link {...props} to={item.to} />}
            />
          ))}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        {readsOwn && <EvaluationNotice />}
        {permissions?.includes('audit.read') && (
          <Suspense fallback={null}>
            <ProviderAccessBanner />
          </Suspense>
        )}
        {permissions?.includes('board.read') && <AlertNotice />}
        {permissions === undefined || mayOpen(path, permissions) ? <Outlet /> : <NotAllowedPage />}
        <LiveCallNotice />
        {permissions?.includes('call.supervise') && (
          <Suspense fallback={null}>
            <HelpAlerts />
          </Suspense>
        )}
      </AppShell.Main>
    </AppShell>
  );
}

/** A session that ends shows the login, which leads back to where the user was. */
function useLeaveWhenSessionEnds(): void {
  const router = useRouter();
  const status = useStore(sessionStore, (state) => state.status);
  useEffect(() => {
    if (status !== 'out') return;
    const { expired } = sessionStore.getState();
    const next = router.state.location.href;
    void router.navigate({ to: '/login', search: expired ? { next } : {}, replace: true });
  }, [router, status]);
}
