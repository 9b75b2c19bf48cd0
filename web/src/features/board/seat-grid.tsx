import { Box, Group, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconArmchair, IconHourglass } from '@tabler/icons-react';
import { agentState } from '../../../../shared/agent-state.ts';
import type { Seat, SeatMap } from '../../../../shared/api/seat-maps.ts';
import type { AgentView, CallView } from '../../../../shared/events.ts';
import { formatDuration } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { AGENT_LOOKS, useStateWords } from '../../records/agent-look.ts';
import { useCallerText } from '../../records/caller-text.tsx';
import { useProblemWords } from '../../records/problem-words.ts';
import { useStatusReasons } from '../../records/status-reasons.ts';
import { Tag } from '../../records/tag.tsx';
import { PresenceMenu } from './presence-menu.tsx';
import { SuperviseButton } from './supervise-dialog.tsx';
import classes from './seats.module.css';
import type { useBoard } from './use-board.ts';

interface Props {
  map: SeatMap;
  board: ReturnType<typeof useBoard>;
}

/** The plan with what each agent does; a click leads to what a supervisor can do there. */
export function SeatGrid({ map, board }: Props) {
  const { t } = useLingui();
  const { model, connected, clockOffsetMs } = board;
  const now = useNow(connected) + clockOffsetMs;
  const { columns, rows, seats, name } = map;
  return (
    <Box className={classes.scroll} tabIndex={0} role="region" aria-label={t`Seats of ${name}`} {...(connected ? {} : { style: { filter: 'grayscale(1)' } })}>
      <ul className={classes.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(128px, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(84px, auto))` }}>
        {seats.map((seat) => {
          const agent = seat.userId === null ? undefined : model.agents[seat.userId];
          return (
            <li key={`${seat.column} ${seat.row}`} className={classes.cell} style={{ gridColumn: seat.column + 1, gridRow: seat.row + 1 }}>
              {agent ? <AgentSeat seat={seat} agent={agent} call={agent.callId === null ? undefined : model.calls[agent.callId]} now={now} /> : <EmptySeat seat={seat} />}
            </li>
          );
        })}
      </ul>
    </Box>
  );
}

function EmptySeat({ seat }: { seat: Seat }) {
  return (
    <div className={classes.seat}>
      <SeatLabel label={seat.label} />
      <Group gap={4} c="dimmed">
        <IconArmchair size={16} aria-hidden />
        <Text size="xs">{seat.userId === null ? <Trans>Free seat</Trans> : <Trans>Takes no calls</Trans>}</Text>
      </Group>
    </div>
  );
}

const SeatLabel = ({ label }: { label: string }) =>
  label === '' ? null : (
    <Text size="xs" c="dimmed">
      {label}
    </Text>
  );

function AgentSeat({ seat, agent, call, now }: { seat: Seat; agent: AgentView; call: CallView | undefined; now: number }) {
  const words = useStateWords();
  const reasons = useStatusReasons();
  const state = agentState(agent);
  const { icon, color } = AGENT_LOOKS[state];
  const word = (state === 'break' || state === 'away') && reasons.text(agent.reasonId) !== '' ? reasons.text(agent.reasonId) : words[state];
  const { name } = agent;
  return (
    <Popover position="bottom" withArrow withinPortal trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.seat} data-state={state}>
          <SeatLabel label={seat.label} />
          <Text size="sm" fw={600} lineClamp={1}>
            {name}
          </Text>
          <Group gap={4} wrap="nowrap" justify="space-between">
            <Tag color={color} icon={icon}>
              {word}
            </Tag>
            <Text size="xs" className="scc-digits">
              {formatDuration(now - Date.parse(agent.since))}
            </Text>
          </Group>
          {call?.holdAlarm === 2 && (
            <Tag color="red" icon={IconHourglass}>
              <Trans>Long hold</Trans>
            </Tag>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <SeatActions agent={agent} call={call} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What the board can do with an agent, at the seat. */
function SeatActions({ agent, call }: { agent: AgentView; call: CallView | undefined }) {
  const callerText = useCallerText();
  const problemWords = useProblemWords();
  return (
    <Stack gap="xs" miw={220}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600}>{agent.name}</Text>
        <PresenceMenu agent={agent} />
      </Group>
      {call && (
        <Text size="sm" className="scc-digits">
          {[call.queueName, callerText(call)].filter((part) => part !== '').join(' · ')}
        </Text>
      )}
      {agent.presence !== 'offline' && agent.problems.length > 0 && (
        <Group gap={4}>
          {agent.problems.map((problem) => (
            <Tag key={problem} color="red" icon={IconAlertTriangle}>
              {problemWords[problem]}
            </Tag>
          ))}
        </Group>
      )}
      {call && <SuperviseButton call={call} />}
    </Stack>
  );
}
