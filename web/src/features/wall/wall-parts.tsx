import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlarm, IconAlertTriangle, IconCheckbox, IconClockHour4, IconClockOff, IconHeadset, IconPhoneCall, IconUsersGroup, IconWriting, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { WallView } from '../../../../shared/wall.ts';
import { formatDuration } from '../../lib/format.ts';
import { AGENT_LOOKS, useStateWords } from '../../records/agent-look.ts';
import { rateText, waitLevel, wallTotals } from './wall-figures.ts';
import classes from './wall.module.css';

interface Props {
  view: WallView;
  /** Server's time, ms. */
  now: number;
}

const durationSince = (since: string | null, now: number): string => (since === null ? '–' : formatDuration(now - Date.parse(since)));

/** The figures that a room looks up for. */
export function WallTotals({ view, now }: Props) {
  const { t } = useLingui();
  const totals = wallTotals(view);
  const level = waitLevel(totals.oldestSince, now);
  const { available, talking, wrapUp, offered } = view.states;
  return (
    <dl className={classes.tiles}>
      <Tile icon={IconUsersGroup} label={t`Waiting calls`} level={level}>
        {totals.waiting}
      </Tile>
      <Tile icon={level === 'long' ? IconAlarm : IconClockHour4} label={t`Longest wait`} level={level}>
        {durationSince(totals.oldestSince, now)}
      </Tile>
      <Tile icon={IconHeadset} label={t`Available`}>
        {(available ?? 0) + view.freeStations}
      </Tile>
      <Tile icon={IconPhoneCall} label={t`Talking`}>
        {(talking ?? 0) + (offered ?? 0)}
      </Tile>
      <Tile icon={IconWriting} label={t`In wrap-up`}>
        {wrapUp ?? 0}
      </Tile>
      <Tile icon={IconCheckbox} label={t`Answer rate today`}>
        {rateText(totals.answered, totals.offered)}
      </Tile>
    </dl>
  );
}

function Tile({ icon: Icon, label, level = 'calm', children }: { icon: TablerIcon; label: string; level?: ReturnType<typeof waitLevel>; children: ReactNode }) {
  return (
    <div className={classes.tile} data-level={level}>
      <dt>
        <Icon aria-hidden /> {label}
      </dt>
      <dd className="scc-digits">{children}</dd>
    </div>
  );
}

/** One line a queue. */
export function WallQueues({ view, now }: Props) {
  const { t } = useLingui();
  const columns = [t`Waiting calls`, t`Longest wait`, t`Available`, t`Talking`, t`Offered`, t`Answered`, t`Abandoned`, t`Answer rate`];
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t`Queues`}>
      <table className={`${classes.table ?? ''} scc-digits`}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Queue</Trans>
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" data-number>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...view.queues].sort((a, b) => a.name.localeCompare(b.name, 'ja')).map((queue) => {
            const level = waitLevel(queue.oldestSince, now);
            return (
              <tr key={queue.queueId} data-level={level}>
                <th scope="row">
                  {level === 'long' && <IconAlarm aria-label={t`Over 1 minute`} />}
                  {queue.name}
                  {queue.closed !== null && <Closed reason={queue.closed} />}
                </th>
                {[queue.waiting, durationSince(queue.oldestSince, now), queue.routable, queue.talking, queue.offeredToday, queue.answeredToday, queue.abandonedToday, rateText(queue.answeredToday, queue.offeredToday)].map((cell, index) => (
                  <td key={columns[index]} data-number>
                    {cell}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Closed({ reason }: { reason: 'closed' | 'emergency' }) {
  return (
    <span className={classes.note}>
      {reason === 'emergency' ? <IconAlertTriangle aria-hidden /> : <IconClockOff aria-hidden />} {reason === 'emergency' ? <Trans>Emergency switch</Trans> : <Trans>Out of hours</Trans>}
    </span>
  );
}

/** Who waits longest; only where the link shows numbers. */
export function WallWaiting({ view, now }: Props) {
  if (view.waiting.length === 0) return null;
  return (
    <ul className={classes.list}>
      {view.waiting.map(({ number, queueName, since }, index) => (
        <li key={`${since} ${index}`} data-level={waitLevel(since, now)}>
          <IconClockHour4 aria-hidden />
          <b>{number === '' ? <Trans>Number withheld</Trans> : number}</b> {queueName} <span className="scc-digits">{durationSince(since, now)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What each agent does; only where the link shows names. */
export function WallAgents({ view, now }: Props) {
  const words = useStateWords();
  if (view.agents.length === 0) return null;
  return (
    <ul className={classes.list}>
      {[...view.agents]
        .sort((a, b) => a.name.localeCompare(b.name, 'ja'))
        .map(({ name, state, since }) => {
          const { icon: Icon } = AGENT_LOOKS[state];
          return (
            <li key={`${name} ${since}`} data-state={state}>
              <Icon aria-hidden />
              <b>{name}</b> {words[state]} <span className="scc-digits">{durationSince(since, now)}</span>
            </li>
          );
        })}
    </ul>
  );
}
