import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Loader, Tooltip } from '@mantine/core';
import { IconLinkOff, IconMaximize, IconPlugConnectedX, IconWifi } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { getWall } from '../../../../shared/api/wall-links.ts';
import { call } from '../../lib/api.ts';
import { formatClock, formatDuration } from '../../lib/format.ts';
import { ApiProblem } from '../../lib/problem.ts';
import { useNow } from '../../lib/use-now.ts';
import { backOffMs, randomShare } from '../../softphone/back-off.ts';
import { socketUrl } from '../../softphone/events.ts';
import { WallAgents, WallQueues, WallTotals, WallWaiting } from './wall-parts.tsx';
import { WallSocket, type WallWorld } from './wall-socket.ts';
import classes from './wall.module.css';

/** Live figures for a screen on the wall; no login, no names unless the link shows them. */
export function WallPage({ token, corner }: { token: string; corner: ReactNode }) {
  const { i18n } = useLingui();
  const socket = useMemo(() => new WallSocket(browserWorld(token)), [token]);
  const { state, view, heardAt, clockOffsetMs } = useSyncExternalStore(socket.subscribe, socket.getSnapshot);
  const now = useNow() + clockOffsetMs;
  const isStale = state === 'lost' || (state === 'connecting' && view !== null);
  const age = useAge(heardAt);
  return (
    <main className={classes.wall}>
      <header className={classes.head}>
        <h1 className={classes.title}>{view?.name ?? <Trans>Wallboard</Trans>}</h1>
        <span className={`${classes.clock ?? ''} scc-digits`}>{formatClock(new Date(now).toISOString(), i18n.locale)}</span>
        {state === 'live' && (
          <span className={classes.live}>
            <IconWifi aria-hidden /> <Trans>Live</Trans>
          </span>
        )}
        <span className={classes.corner}>
          {corner}
          <FullScreen />
        </span>
      </header>
      {isStale && (
        <p className={classes.stale} role="alert">
          <IconPlugConnectedX aria-hidden /> <Trans>Not connected. These figures are {formatDuration(age)} old. Connecting again by itself.</Trans>
        </p>
      )}
      {state === 'over' && (
        <p className={classes.message} role="alert">
          <IconLinkOff aria-hidden /> <Trans>This link does not work here (any more). Ask a supervisor for a new one.</Trans>
        </p>
      )}
      {state === 'connecting' && view === null && (
        <p className={classes.message} role="status">
          <Loader color="gray.4" aria-hidden /> <Trans>Connecting</Trans>
        </p>
      )}
      {view && (
        <div className={isStale ? classes.old : undefined}>
          {/* Without a connection the times stand still: nobody knows whether they go on. */}
          <WallTotals view={view} now={isStale ? now - age : now} />
          <WallQueues view={view} now={isStale ? now - age : now} />
          <WallWaiting view={view} now={isStale ? now - age : now} />
          <WallAgents view={view} now={isStale ? now - age : now} />
        </div>
      )}
    </main>
  );
}

/** How long ago that was, ms; by the clock that nobody can set. */
function useAge(heardAt: number | null): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return heardAt === null ? 0 : Math.max(0, now - heardAt);
}

function FullScreen() {
  const { t } = useLingui();
  if (!document.fullscreenEnabled) return null;
  return (
    <Tooltip label={t`Full screen (F11)`}>
      <ActionIcon variant="subtle" size="lg" color="gray.4" aria-label={t`Full screen`} onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}>
        <IconMaximize aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

const browserWorld = (token: string): WallWorld => ({
  open: ({ message, lost }) => {
    const socket = new WebSocket(socketUrl(`/api/v1/wall/${encodeURIComponent(token)}`));
    socket.addEventListener('message', (event) => message(event.data));
    socket.addEventListener('close', lost);
    return { close: () => socket.close() };
  },
  ask: () =>
    call(getWall, { params: { token } }).then(
      () => true,
      (error: unknown) => (error instanceof ApiProblem && error.status === 404 ? false : null),
    ),
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  backOff: (attempt) => backOffMs(attempt, randomShare()),
});
