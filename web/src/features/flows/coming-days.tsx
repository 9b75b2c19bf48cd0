import { Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Trans, useLingui } from '@lingui/react/macro';
import { holidaysOf, LAST_HOLIDAY_YEAR } from '../../../../shared/flow/holidays.ts';
import type { OpenHours } from '../../../../shared/flow/nodes.ts';
import { dayRule, localTime } from '../../../../shared/flow/open-hours.ts';
import { formatLocaleOf } from '../../lib/both-languages.ts';
import { formatDay } from '../../lib/format.ts';
import { clockOf } from './forms/fields.tsx';

const DAY_MS = 86_400_000;
/** Days looked ahead, and how many of those that are not ordinary are shown. */
const AHEAD = 366;
const SHOWN = 25;

/** The next days on which something else than the weekday rules, so that a mistake is seen before callers hear it. */
export function ComingDays({ hours }: { hours: OpenHours }) {
  const { t, i18n } = useLingui();
  const [opened] = useState(() => Date.now());
  const today = localTime('Asia/Tokyo', opened).date;
  const weekday = new Intl.DateTimeFormat(formatLocaleOf(i18n.locale), { weekday: 'short', timeZone: 'UTC' });
  const english = new Map([0, 1].flatMap((more) => holidaysOf(Number(today.slice(0, 4)) + more)).map(({ date, nameEn }) => [date, nameEn]));
  const from = Date.parse(`${today}T00:00:00Z`);
  const days = Array.from({ length: AHEAD }, (_, index) => {
    const at = new Date(from + index * DAY_MS);
    const date = at.toISOString().slice(0, 10);
    return { date, day: weekday.format(at), ...dayRule(hours, { date, weekday: String(at.getUTCDay()) }) };
  }).filter(({ kind }) => kind !== 'weekday');
  return (
    <Stack gap={4}>
      <Title order={3} size="h6">
        <Trans>Coming days that are not ordinary</Trans>
      </Title>
      <Table verticalSpacing={2} aria-label={t`Coming days that are not ordinary`}>
        <Table.Tbody>
          {days.slice(0, SHOWN).map(({ date, day, kind, name, spans }) => (
            <Table.Tr key={date}>
              <Table.Td className="scc-digits">
                {formatDay(date, i18n.locale)} ({day})
              </Table.Td>
              <Table.Td>{kind === 'holiday' && i18n.locale !== 'ja' ? (english.get(date) ?? name) : name}</Table.Td>
              <Table.Td>{spans.length === 0 ? <Trans>Closed all day</Trans> : spans.map(({ fromMinute, toMinute }) => `${clockOf(fromMinute)}–${clockOf(toMinute)}`).join(', ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        <Trans>Holidays are computed by law up to {LAST_HOLIDAY_YEAR}. The equinoxes of a year become official on 1 February of the year before.</Trans>
      </Text>
    </Stack>
  );
}
