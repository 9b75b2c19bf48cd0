import { Card, Group, SimpleGrid, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheckbox, IconClockHour4, IconHeadset, IconPhoneCall, IconUsersGroup, IconWriting, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatDuration } from '../../lib/format.ts';
import { answerRate, boardTotals } from './board-figures.ts';
import type { BoardModel } from './board-model.ts';

/** The room in six figures. */
export function TotalsPart({ model, now }: { model: BoardModel; now: number }) {
  const { t } = useLingui();
  const totals = boardTotals(model);
  const rate = answerRate({ offeredToday: totals.offered, answeredToday: totals.answered });
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, lg: 6 }} spacing="sm">
      <Figure icon={IconUsersGroup} label={t`Waiting calls`} value={totals.waiting} loud={totals.waiting > 0} />
      <Figure
        icon={IconClockHour4}
        label={t`Longest wait`}
        value={totals.oldestSince === null ? '–' : formatDuration(now - Date.parse(totals.oldestSince))}
        loud={totals.oldestSince !== null}
      />
      <Figure
        icon={IconHeadset}
        label={t`Available`}
        value={totals.available}
        note={totals.availableStations > 0 && <Trans>{totals.availableStations} of them external stations</Trans>}
      />
      <Figure icon={IconPhoneCall} label={t`Talking`} value={totals.talking} />
      <Figure icon={IconWriting} label={t`In wrap-up`} value={totals.wrapUp} />
      <Figure
        icon={IconCheckbox}
        label={t`Answer rate today`}
        value={rate === null ? '–' : `${rate.toFixed(1)}%`}
        note={
          <Trans>
            {totals.answered} answered ÷ {totals.offered} offered
          </Trans>
        }
      />
    </SimpleGrid>
  );
}

interface FigureProps {
  icon: TablerIcon;
  label: string;
  value: ReactNode;
  note?: ReactNode;
  /** Somebody waits: the figure stands out. */
  loud?: boolean;
}

function Figure({ icon: Icon, label, value, note, loud = false }: FigureProps) {
  return (
    <Card withBorder padding="sm" {...(loud ? { bd: '2px solid var(--mantine-color-orange-7)' } : {})}>
      <Group gap={6} wrap="nowrap">
        <Icon size={18} aria-hidden />
        <Text size="sm">{label}</Text>
      </Group>
      <Text className="scc-digits" fz={28} fw={700} lh={1.3}>
        {value}
      </Text>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </Card>
  );
}
