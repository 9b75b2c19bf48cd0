import { Group, Paper, SimpleGrid, Stack, Table, Text, Tooltip } from '@mantine/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { getServiceStatus, type Outage, type OutageReason, type ServiceStatus } from '../../../../shared/api/service-status.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatSpan } from '../../lib/format.ts';
import { useOne } from '../../records/use-one.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { exactTimeText } from '../../records/times.ts';
import { ContractCard } from './contract-card.tsx';
import classes from './service-report.module.css';

const REASONS: Record<OutageReason, ReturnType<typeof msg>> = {
  call: msg`The synthetic call was not answered`,
  not_serving: msg`Calls were not taken`,
  stopped: msg`The system was not running`,
};

/** 99.9912 %: four digits, because the objective has as many. */
const percentText = (share: number): string => `${(share * 100).toFixed(4)} %`;

/** Whether the service answered: measured by a call every 10 s, not declared. */
export function ServicePart() {
  const status = useOne([getServiceStatus.id], (signal) => call(getServiceStatus, {}, signal), () => true);
  if (status.isError) return <ErrorState error={status.error} onRetry={() => void status.refetch()} />;
  if (!status.data) return <LoadingRows />;
  const { data } = status;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        <Trans>Every 10 seconds the system calls itself through telephone line, call flow and sound. A call that is not answered within 3 seconds counts as an outage until one is.</Trans>
      </Text>
      <Cards status={data} />
      {data.days.length > 0 && <Days days={data.days} />}
      <Outages outages={data.outages} />
      <ContractCard />
      <ClockLine at={data.at} clock={data.clock} />
      <Text size="sm" c="dimmed">
        {data.filesAreScanned ? <Trans>Files that are uploaded are scanned for malware.</Trans> : <Trans>Files that are uploaded are not scanned for malware: no scanner is configured.</Trans>}
      </Text>
    </Stack>
  );
}

/** Whose time all times are (white paper 12.4.4). */
function ClockLine({ at, clock: { source, offsetMs } }: Pick<ServiceStatus, 'at' | 'clock'>) {
  const { i18n } = useLingui();
  const now = exactTimeText(at, i18n.locale);
  const offset = offsetMs === null ? '–' : `${offsetMs.toFixed(1)} ms`;
  return (
    <Text size="sm" c="dimmed">
      <Trans>Clock of the server: {now} (Japan time)</Trans>
      {' · '}
      {source === null ? <Trans>not compared with a time server</Trans> : <Trans>offset from {source}: {offset}</Trans>}
    </Text>
  );
}

function Card({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      {children}
    </Paper>
  );
}

function Cards({ status }: { status: ServiceStatus }) {
  const { i18n } = useLingui();
  const { availability, downMs, allowedDownMs } = status.period;
  const allowed = formatSpan(allowedDownMs, i18n.locale);
  const isMet = availability === null || downMs <= allowedDownMs;
  const since = status.measuredSince === null ? null : exactTimeText(status.measuredSince, i18n.locale);
  const objective = percentText(status.objective);
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <Card title={<Trans>State now</Trans>}>
        <Now isUp={status.isUp} />
      </Card>
      <Card title={<Trans>Availability, last 30 days</Trans>}>
        <Text fz={26} fw={600} c={isMet ? '' : 'red.8'}>
          {availability === null ? '–' : percentText(availability)}
        </Text>
        <Text size="sm" c="dimmed">
          <Trans>Objective: {objective}</Trans>
          {since !== null && (
            <>
              {' · '}
              <Trans>Measured since {since}</Trans>
            </>
          )}
        </Text>
      </Card>
      <Card title={<Trans>Outages, last 30 days</Trans>}>
        <Text fz={26} fw={600} c={isMet ? '' : 'red.8'}>
          {formatSpan(downMs, i18n.locale)}
        </Text>
        <Text size="sm" c="dimmed">
          <Trans>Allowed by the objective: {allowed}</Trans>
        </Text>
      </Card>
    </SimpleGrid>
  );
}

function Now({ isUp }: { isUp: boolean | null }) {
  const [color, Icon] = isUp === null ? (['gray', IconHelpCircle] as const) : isUp ? (['teal.9', IconCircleCheck] as const) : (['red.8', IconCircleX] as const);
  return (
    <Group gap="xs" c={color} role="status">
      <Icon aria-hidden />
      <Text fz={26} fw={600}>
        {isUp === null ? <Trans>Not measured</Trans> : isUp ? <Trans>In service</Trans> : <Trans>Out of service</Trans>}
      </Text>
    </Group>
  );
}

/** One bar a day: whole where there was no outage. */
function Days({ days }: { days: ServiceStatus['days'] }) {
  const { i18n, t } = useLingui();
  const bad = days.filter(({ downMs }) => downMs > 0).length;
  const count = days.length;
  return (
    <Paper withBorder p="md">
      <div className={classes.days} role="img" aria-label={t`${count} days, ${bad} of them with an outage`}>
        {days.map(({ day, downMs }) => (
          <Tooltip key={day} label={`${day}  ${formatSpan(downMs, i18n.locale)}`}>
            <div className={classes.day} data-bad={downMs > 0 || undefined} />
          </Tooltip>
        ))}
      </div>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">
          {days[0]?.day}
        </Text>
        <Text size="xs" c="dimmed">
          {days.at(-1)?.day}
        </Text>
      </Group>
    </Paper>
  );
}

function Outages({ outages }: { outages: readonly Outage[] }) {
  const { i18n, t } = useLingui();
  if (outages.length === 0) return <EmptyState title={<Trans>No outages in the last 90 days</Trans>} />;
  return (
    <TableFrame minWidth={560}>
      <Table aria-label={t`Outages`}>
        <Columns>
          <Trans>Began</Trans>
          <Trans>Ended</Trans>
          <Trans>Down for</Trans>
          <Trans>Cause of the outage</Trans>
        </Columns>
        <Table.Tbody>
          {outages.map(({ id, beganAt, endedAt, durationMs, reason }) => (
            <Table.Tr key={id}>
              <Table.Td>{exactTimeText(beganAt, i18n.locale)}</Table.Td>
              <Table.Td>
                {endedAt === null ? (
                  <Tag color="red">
                    <Trans>Going on</Trans>
                  </Tag>
                ) : (
                  exactTimeText(endedAt, i18n.locale)
                )}
              </Table.Td>
              <Table.Td>{formatSpan(durationMs, i18n.locale)}</Table.Td>
              <Table.Td>{i18n._(REASONS[reason])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
