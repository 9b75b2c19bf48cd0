import { Badge, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type Calendar, createCalendar, deleteCalendar, listCalendars, updateCalendar } from '../../../../shared/api/calendars.ts';
import { hoursProblems } from '../../../../shared/flow/lint-nodes.ts';
import type { OpenHours } from '../../../../shared/flow/nodes.ts';
import { isOpen } from '../../../../shared/flow/open-hours.ts';
import { call, type CallRequest } from '../../lib/api.ts';
import { useNow } from '../../lib/use-now.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { ComingDays } from './coming-days.tsx';
import { OpenHoursFields } from './open-hours-fields.tsx';

const workday = [
  { fromMinute: 540, toMinute: 720 },
  { fromMinute: 780, toMinute: 1080 },
];
const OFFICE: OpenHours = { timeZone: 'Asia/Tokyo', days: { 1: workday, 2: workday, 3: workday, 4: workday, 5: workday }, holidays: 'closed', companyDays: [], specialDays: [] };

/** Open hours, holidays and special days, each set under a name that flows use. */
export function Calendars() {
  const { t } = useLingui();
  const [open, setOpen] = useState<Calendar | 'new' | null>(null);
  const list = useList([listCalendars.id, 'pages'], (cursor, signal) => call(listCalendars, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New calendar</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No calendars yet`, hint: t`A calendar holds open hours, holidays and special days for several flows.` }}>
        {(calendars) => <CalendarTable calendars={calendars} onEdit={setOpen} />}
      </ListState>
      {open !== null && <CalendarForm stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function CalendarTable({ calendars, onEdit }: { calendars: Calendar[]; onEdit: (calendar: Calendar) => void }) {
  const { t } = useLingui();
  const now = useNow();
  const remove = useSave({ run: (id: string) => call(deleteCalendar, { params: { id } }), refresh: [listCalendars.id], done: t`The calendar was removed` });
  return (
    <TableFrame minWidth={560}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>Now</Trans>
        </Columns>
        <Table.Tbody>
          {calendars.map((calendar) => (
            <Table.Tr key={calendar.id}>
              <Table.Td>
                {calendar.name}
                <Text size="xs" c="dimmed">
                  {calendar.code}
                </Text>
              </Table.Td>
              <Table.Td>{isOpen(calendar.hours, now) ? <Badge color="teal"><Trans>Within hours</Trans></Badge> : <Badge color="gray"><Trans>Outside hours</Trans></Badge>}</Table.Td>
              <Table.Td>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  <Button size="compact-sm" variant="default" aria-label={t`Edit ${calendar.name}`} onClick={() => onEdit(calendar)}>
                    <Trans>Edit</Trans>
                  </Button>
                  <Button size="compact-sm" variant="subtle" color="red" aria-label={t`Remove ${calendar.name}`} loading={remove.isPending && remove.variables === calendar.id} onClick={() => remove.mutate(calendar.id)}>
                    <Trans>Remove</Trans>
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

/** Hours as request bodies want them; nobody changes them there. */
const asBody = (hours: OpenHours) => hours as CallRequest<typeof createCalendar>['body']['hours'];

function CalendarForm({ stored, onClose }: { stored: Calendar | null; onClose: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState(stored?.name ?? '');
  const [code, setCode] = useState(stored?.code ?? '');
  const [hours, setHours] = useState<OpenHours>(stored?.hours ?? OFFICE);
  const problems = hoursProblems(hours);
  const save = useSave({
    run: () => (stored ? call(updateCalendar, { params: { id: stored.id }, body: { name: name.trim(), hours: asBody(hours) } }) : call(createCalendar, { body: { code, name: name.trim(), hours: asBody(hours) } })),
    refresh: [listCalendars.id],
    done: t`Calendar saved`,
    onDone: onClose,
  });
  const complete = name.trim() !== '' && /^[a-z0-9][a-z0-9-]*$/.test(code) && problems.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) save.mutate(undefined);
  };
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Calendar {stored.name}</Trans> : <Trans>New calendar</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={60} data-autofocus />
          {stored === null && <TextInput label={t`Code`} description={t`Small letters, digits and hyphens; flows use it`} value={code} onChange={(event) => setCode(event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, ''))} required maxLength={60} />}
          <OpenHoursFields hours={hours} onChange={setHours} />
          {problems.length > 0 && (
            <Text size="sm" c="red.8" role="alert">
              <Trans>A time span or date is not right: {problems.map(({ detail }) => detail).join(', ')}</Trans>
            </Text>
          )}
          <ComingDays hours={hours} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!complete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
