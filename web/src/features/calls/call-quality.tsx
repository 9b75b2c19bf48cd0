import { Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react';
import type { LegQuality } from '../../../../shared/api/calls.ts';
import { Tag } from '../../records/tag.tsx';
import { linesOf, mosGrade, worstOf } from './quality-chart.ts';

/** How each side was heard: loss, jitter, round trip and the estimated MOS, whole and over time. */
export function CallQuality({ legs, isOver }: { legs: readonly LegQuality[]; isOver: boolean }) {
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Sound quality</Trans>
        </Title>
        {legs.length === 0 && (
          <Text size="sm" c="dimmed">
            {isOver ? <Trans>No figures are kept for this call.</Trans> : <Trans>The figures are there when the call is over.</Trans>}
          </Text>
        )}
        {legs.map((leg, index) => (
          <Leg key={index} leg={leg} />
        ))}
      </Stack>
    </Card>
  );
}

function Leg({ leg }: { leg: LegQuality }) {
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {leg.party === 'far' ? <Trans>Customer</Trans> : <Trans>Agent</Trans>}
        </Text>
        <GradeTag mos={leg.mos} />
      </Group>
      <Figures leg={leg} />
      {leg.samples.length > 1 && <Chart leg={leg} />}
    </Stack>
  );
}

function GradeTag({ mos }: { mos: number }) {
  const value = mos.toFixed(1);
  switch (mosGrade(mos)) {
    case 'good':
      return (
        <Tag color="teal" icon={IconCheck}>
          <Trans>Good (MOS {value})</Trans>
        </Tag>
      );
    case 'fair':
      return (
        <Tag color="yellow" icon={IconMinus}>
          <Trans>Fair (MOS {value})</Trans>
        </Tag>
      );
    case 'poor':
      return (
        <Tag color="red" icon={IconAlertTriangle}>
          <Trans>Poor (MOS {value})</Trans>
        </Tag>
      );
  }
}

const percent = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)}%`);
const ms = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`);

function Figures({ leg }: { leg: LegQuality }) {
  return (
    <Table fz="sm" className="scc-digits" verticalSpacing={2} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th fw={500}>
            <Trans>Loss from</Trans>
          </Table.Th>
          <Table.Th fw={500}>
            <Trans>Loss to</Trans>
          </Table.Th>
          <Table.Th fw={500}>
            <Trans>Jitter</Trans>
          </Table.Th>
          <Table.Th fw={500}>
            <Trans>Round trip</Trans>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        <Table.Tr>
          <Table.Td>{percent(leg.lossPercent)}</Table.Td>
          <Table.Td>{percent(leg.remoteLossPercent)}</Table.Td>
          <Table.Td>{ms(leg.jitterMs)}</Table.Td>
          <Table.Td>{ms(leg.roundTripMs)}</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

/** MOS as a line, loss as bars from below; what matters of it stands in words under it. */
function Chart({ leg }: { leg: LegQuality }) {
  const { t } = useLingui();
  const { mos, loss, lossTop } = linesOf(leg.samples);
  const worst = worstOf(leg.samples);
  const lowest = worst?.mos.toFixed(1) ?? '–';
  const highest = percent(worst?.lossPercent ?? null);
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height={64} role="img" aria-label={t`Course of MOS and loss; lowest MOS ${lowest}, highest loss ${highest}`}>
        <rect width={100} height={100} fill="var(--mantine-color-gray-0)" />
        {loss.map(({ x, width, height }) => (
          <rect key={x} x={x} y={100 - height} width={width} height={height} fill="#e38b8b" />
        ))}
        <polyline points={mos} fill="none" stroke="var(--mantine-color-navy-7)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
      </svg>
      <Text component="figcaption" size="xs" c="dimmed">
        <Trans>
          Line: MOS 1 to 4.5, lowest {lowest}. Bars: loss, full height {lossTop.toFixed(0)}%, highest {highest}.
        </Trans>
      </Text>
    </figure>
  );
}
