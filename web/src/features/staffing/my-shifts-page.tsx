import { Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { holidayOn } from '../../../../shared/flow/holidays.ts';
import { listMyShifts } from '../../../../shared/api/shifts.ts';
import { spansText } from '../../../../shared/staffing-times.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { dayInJapan } from '../../records/day-range.ts';
import { PageHead } from '../../records/page-head.tsx';
import { Columns } from '../../records/table-frame.tsx';
import { rangeText } from './shift-times.ts';
import { dayText, mondayOf, moveDay } from './week.ts';

/** Days shown: this week and the three after it. */
const SHOWN_DAYS = 28;

/** The shifts of whoever is logged in. */
export default function MyShiftsPage() {
  const [today] = useState(() => dayInJapan(Date.now()));
  const fromDay = mondayOf(today);
  const query = { fromDay, toDay: moveDay(fromDay, SHOWN_DAYS - 1) };
  const shifts = useQuery({ queryKey: [listMyShifts.id, query], queryFn: ({ signal }) => call(listMyShifts, { query }, signal) });
  return (
    <Stack gap="md" maw={640}>
      <PageHead title={<Trans>My shifts</Trans>} hint={<Trans>This week and the three weeks after it.</Trans>} />
      {shifts.error && <ErrorState error={shifts.error} onRetry={() => void shifts.refetch()} />}
      {shifts.isPending && <LoadingRows rows={6} />}
      {shifts.data?.items.length === 0 && <EmptyState title={<Trans>No shifts are planned for you yet</Trans>} hint={<Trans>They appear here as soon as your supervisor has planned them.</Trans>} />}
      {shifts.data && shifts.data.items.length > 0 && <ShiftRows shifts={shifts.data.items} today={today} />}
    </Stack>
  );
}

function ShiftRows({ shifts, today }: { shifts: readonly { id: string; day: string; startMinute: number; endMinute: number; breaks: { startMinute: number; endMinute: number }[] }[]; today: string }) {
  const { i18n } = useLingui();
  const holidayName = (day: string): string => {
    const holiday = holidayOn(day);
    return holiday === null ? '' : wordsIn(i18n.locale, { ja: holiday.name, en: holiday.nameEn });
  };
  return (
    <Table className="scc-digits" verticalSpacing="xs">
      <Columns>
        <Trans>Day</Trans>
        <Trans>Hours</Trans>
        <Trans>Breaks</Trans>
      </Columns>
      <Table.Tbody>
        {shifts.map((shift) => (
          <Table.Tr key={shift.id} {...(shift.day === today ? { bg: 'var(--mantine-color-blue-0)', 'aria-current': 'date' as const } : {})}>
            <Table.Td>
              {dayText(shift.day, i18n.locale)}{' '}
              <Text span size="sm" c="red.9">
                {holidayName(shift.day)}
              </Text>
            </Table.Td>
            <Table.Td>{rangeText(shift)}</Table.Td>
            <Table.Td>{spansText(shift.breaks) || '–'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
