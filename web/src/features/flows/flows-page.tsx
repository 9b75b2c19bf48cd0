import { Anchor, Badge, Button, Group, Stack, Table, Tabs, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCalendar, IconPlus, IconRoute } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createFlow, deleteFlow, type FlowListItem, listFlows } from '../../../../shared/api/flows.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime, formatPhone } from '../../lib/format.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { Calendars } from './calendars.tsx';

/** What callers hear and where they get to: the flows, and the calendars they go by. */
export default function FlowsPage() {
  const navigate = useNavigate();
  const { part = 'flows' } = useSearch({ strict: false }) as { part?: string };
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Call flows</Trans>} />
      <Tabs value={part} onChange={(next) => void navigate({ to: '/flows', search: next === 'calendars' ? { part: 'calendars' } : {} })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="flows" leftSection={<IconRoute size={18} aria-hidden />}>
            <Trans>Flows</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="calendars" leftSection={<IconCalendar size={18} aria-hidden />}>
            <Trans>Calendars</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="flows">
          <Flows />
        </Tabs.Panel>
        <Tabs.Panel value="calendars">
          <Calendars />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Flows() {
  const { t } = useLingui();
  const [adding, setAdding] = useState(false);
  const list = useList([listFlows.id, 'pages'], (cursor, signal) => call(listFlows, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
        <Trans>New flow</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No flows yet` }}>
        {(flows) => <FlowTable flows={flows} />}
      </ListState>
      {adding && <NewFlow onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function FlowTable({ flows }: { flows: FlowListItem[] }) {
  const { i18n, t } = useLingui();
  const remove = useSave({ run: (id: string) => call(deleteFlow, { params: { id } }), refresh: [listFlows.id], done: t`The flow was removed` });
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>State</Trans>
          <Trans>Numbers</Trans>
          <Trans>Last edited</Trans>
        </Columns>
        <Table.Tbody>
          {flows.map((flow) => (
            <Table.Tr key={flow.id}>
              <Table.Td>
                <Anchor component={Link} to="/flows/$id" params={{ id: flow.id } as never} fw={600}>
                  {flow.name}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {flow.code}
                </Text>
              </Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {flow.version === 0 ? <Badge color="gray"><Trans>Not published</Trans></Badge> : <Badge color="teal"><Trans>Version {flow.version}</Trans></Badge>}
                  {flow.hasDraft && <Badge color="orange"><Trans>Draft</Trans></Badge>}
                  {flow.schedule && <Badge color="navy"><Trans>Version {flow.schedule.version} from {formatDateTime(flow.schedule.dueAt, i18n.locale)}</Trans></Badge>}
                </Group>
              </Table.Td>
              <Table.Td className="scc-digits">{flow.numbers.map(formatPhone).join(', ')}</Table.Td>
              <Table.Td>{formatDateTime(flow.updatedAt, i18n.locale)}</Table.Td>
              <Table.Td ta="right">
                <Button size="compact-sm" variant="subtle" color="red" aria-label={t`Remove ${flow.name}`} disabled={flow.numbers.length > 0} loading={remove.isPending && remove.variables === flow.id} onClick={() => remove.mutate(flow.id)}>
                  <Trans>Remove</Trans>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function NewFlow({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const save = useSave({
    run: () => call(createFlow, { body: { name: name.trim(), code } }),
    refresh: [listFlows.id],
    done: t`Flow made`,
    onDone: ({ id }) => void navigate({ to: '/flows/$id', params: { id } }),
  });
  const complete = name.trim() !== '' && /^[a-z0-9][a-z0-9-]*$/.test(code);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) save.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>New flow</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={60} data-autofocus />
          <TextInput label={t`Code`} description={t`Small letters, digits and hyphens; other flows use it`} value={code} onChange={(event) => setCode(event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, ''))} required maxLength={60} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!complete}>
              <Trans>Make</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
