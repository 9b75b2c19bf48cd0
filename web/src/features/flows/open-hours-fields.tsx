import { Button, Group, NativeSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { OpenHours } from '../../../../shared/flow/nodes.ts';
import { Rows, SpansInput } from './forms/fields.tsx';

/** Monday first, as calendars in offices are. */
const WEEK = ['1', '2', '3', '4', '5', '6', '0'] as const;

/** Open hours of the week, holidays, days of the company and single days. */
export function OpenHoursFields({ hours, onChange }: { hours: OpenHours; onChange: (hours: OpenHours) => void }) {
  const { t } = useLingui();
  const names: Record<string, string> = { 1: t`Monday`, 2: t`Tuesday`, 3: t`Wednesday`, 4: t`Thursday`, 5: t`Friday`, 6: t`Saturday`, 0: t`Sunday` };
  const { holidays = 'open', companyDays = [], specialDays = [] } = hours;
  return (
    <Stack gap="md">
      <Stack gap="xs">
        {WEEK.map((day) => (
          <SpansInput key={day} legend={names[day]} name={names[day] ?? ''} spans={hours.days[day] ?? []} onChange={(spans) => onChange({ ...hours, days: { ...hours.days, [day]: spans } })} />
        ))}
        <Button size="compact-sm" variant="subtle" w="fit-content" onClick={() => onChange({ ...hours, days: { ...hours.days, ...Object.fromEntries(['2', '3', '4', '5'].map((day) => [day, hours.days['1'] ?? []])) } })}>
          <Trans>Monday’s hours for all weekdays</Trans>
        </Button>
      </Stack>
      <Select
        label={t`National holidays`}
        description={t`Computed, with substitute holidays and days between two holidays`}
        data={[
          { value: 'open', label: t`Like every other day` },
          { value: 'closed', label: t`Closed all day` },
          { value: 'own', label: t`Hours of their own` },
        ]}
        value={typeof holidays === 'string' ? holidays : 'own'}
        onChange={(next) => onChange({ ...hours, holidays: next === 'own' ? [{ fromMinute: 600, toMinute: 1020 }] : next === 'closed' ? 'closed' : 'open' })}
        allowDeselect={false}
      />
      {typeof holidays === 'object' && <SpansInput legend={<Trans>Hours on national holidays</Trans>} name={t`National holidays`} spans={holidays} onChange={(spans) => onChange({ ...hours, holidays: spans })} />}
      <Rows legend={<Trans>Company days, closed every year</Trans>} rows={companyDays} removeLabel={(index) => t`Remove company day ${index + 1}`} addLabel={<Trans>Add company days</Trans>} make={() => ({ name: t`New Year`, from: '12-29', to: '01-03' })} max={50} onChange={(next) => onChange({ ...hours, companyDays: next })}>
        {(row, set) => (
          <Group gap={6} wrap="wrap">
            <TextInput size="xs" flex={1} miw={110} aria-label={t`Name`} value={row.name} onChange={(event) => set({ ...row, name: event.currentTarget.value })} maxLength={60} />
            <MonthDayInput label={t`First day`} value={row.from} onChange={(from) => set({ ...row, from })} />
            <Text size="sm" aria-hidden>
              –
            </Text>
            <MonthDayInput label={t`Last day`} value={row.to} onChange={(to) => set({ ...row, to })} />
          </Group>
        )}
      </Rows>
      <Rows legend={<Trans>Special days</Trans>} rows={specialDays} removeLabel={(index) => t`Remove special day ${index + 1}`} addLabel={<Trans>Add a special day</Trans>} make={() => ({ name: '', date: new Date().toISOString().slice(0, 10), spans: [] })} max={200} onChange={(next) => onChange({ ...hours, specialDays: next })}>
        {(row, set) => (
          <Stack gap={4}>
            <Group gap={6}>
              <TextInput type="date" size="xs" aria-label={t`Date`} value={row.date} onChange={(event) => set({ ...row, date: event.currentTarget.value })} />
              <TextInput size="xs" flex={1} miw={110} aria-label={t`Name`} value={row.name} onChange={(event) => set({ ...row, name: event.currentTarget.value })} maxLength={60} />
            </Group>
            <SpansInput legend={row.spans.length === 0 ? <Trans>Closed on this day</Trans> : <Trans>Open on this day</Trans>} name={row.date} spans={row.spans} onChange={(spans) => set({ ...row, spans })} />
          </Stack>
        )}
      </Rows>
    </Stack>
  );
}

const two = (number: number): string => String(number).padStart(2, '0');
const MONTHS = Array.from({ length: 12 }, (_, index) => two(index + 1));
const DAYS = Array.from({ length: 31 }, (_, index) => two(index + 1));

/** A day of every year, month and day. */
function MonthDayInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  const [month = '01', day = '01'] = value.split('-');
  return (
    <Group gap={2} wrap="nowrap" role="group" aria-label={label}>
      <NativeSelect size="xs" aria-label={t`${label}, month`} data={MONTHS} value={month} onChange={(event) => onChange(`${event.currentTarget.value}-${day}`)} />
      <Text size="sm" aria-hidden>
        /
      </Text>
      <NativeSelect size="xs" aria-label={t`${label}, day`} data={DAYS} value={day} onChange={(event) => onChange(`${month}-${event.currentTarget.value}`)} />
    </Group>
  );
}
