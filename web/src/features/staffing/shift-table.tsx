import { Button, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { holidayOn } from '../../../../shared/flow/holidays.ts';
import type { Shift } from '../../../../shared/api/shifts.ts';
import { spansText } from '../../../../shared/staffing-times.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import type { ShiftPlace } from './shift-dialog.tsx';
import { rangeText } from './shift-times.ts';
import { dayText, weekFrom } from './week.ts';

interface Props {
  monday: string;
  people: readonly { id: string; name: string }[];
  shifts: readonly Shift[];
  stale: boolean;
  /** null = only to look at. */
  onChoose: ((place: ShiftPlace) => void) | null;
}

/** Agents down, days across. */
export function ShiftTable({ monday, people, shifts, stale, onChoose }: Props) {
  const days = weekFrom(monday);
  const byPlace = Map.groupBy(shifts, ({ userId, day }) => `${userId} ${day}`);
  return (
    <TableFrame minWidth={980}>
      <Table fz="sm" verticalSpacing={2} className="scc-digits" withColumnBorders opacity={stale ? 0.6 : 1} aria-busy={stale}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Agent</Trans>
            </Table.Th>
            {days.map((day) => (
              <DayHead key={day} day={day} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person) => (
            <Table.Tr key={person.id}>
              <Table.Th fw={500}>{person.name}</Table.Th>
              {days.map((day) => (
                <Table.Td key={day}>
                  <DayCell place={{ userId: person.id, name: person.name, day }} shifts={byPlace.get(`${person.id} ${day}`) ?? []} onChoose={onChoose} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function DayHead({ day }: { day: string }) {
  const { i18n } = useLingui();
  const holiday = holidayOn(day);
  return (
    <Table.Th>
      {dayText(day, i18n.locale)}
      {holiday && (
        <Text size="xs" c="red.9">
          {wordsIn(i18n.locale, { ja: holiday.name, en: holiday.nameEn })}
        </Text>
      )}
    </Table.Th>
  );
}

function DayCell({ place, shifts, onChoose }: { place: Omit<ShiftPlace, 'shift'>; shifts: readonly Shift[]; onChoose: Props['onChoose'] }) {
  const { i18n, t } = useLingui();
  const day = dayText(place.day, i18n.locale);
  const { name } = place;
  return (
    <Stack gap={2} align="flex-start">
      {shifts.map((shift) => {
        const hours = rangeText(shift);
        const breaks = spansText(shift.breaks);
        const text = (
          <>
            {hours}
            {breaks !== '' && (
              <Text size="xs" c="dimmed">
                <Trans>Break {breaks}</Trans>
              </Text>
            )}
          </>
        );
        return onChoose === null ? (
          <div key={shift.id}>{text}</div>
        ) : (
          <UnstyledButton key={shift.id} fz="sm" aria-label={t`${name}, ${day}: ${hours}, change`} onClick={() => onChoose({ ...place, shift })}>
            {text}
          </UnstyledButton>
        );
      })}
      {onChoose !== null && (
        <Button size="compact-xs" variant="subtle" aria-label={t`${name}, ${day}: add a shift`} onClick={() => onChoose({ ...place, shift: null })}>
          <IconPlus size={14} aria-hidden />
        </Button>
      )}
    </Stack>
  );
}
