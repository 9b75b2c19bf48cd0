import { Anchor, Button, Card, Chip, Group, NumberInput, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Incident, listIncidents } from '../../../../shared/api/incidents.ts';
import { getSettings, updateSettings } from '../../../../shared/api/settings.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { useKept } from '../../records/kept.ts';
import { useCategoryWords } from './incident-words.ts';

/** Files of customer harassment, newest first. */
export default function IncidentsPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const [status, setStatus] = useKept<'open' | 'closed' | 'all'>('status', 'open');
  const list = useList([listIncidents.id, status], (cursor, signal) =>
    call(listIncidents, { query: { ...(cursor === undefined ? {} : { cursor }), ...(status === 'all' ? {} : { status }) } }, signal),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Harassment files</Trans>} hint={<Trans>An SOS opens one by itself. It keeps the call, the recording, what was done, and by whom.</Trans>} />
      <Chip.Group value={status} onChange={(next) => setStatus(next as typeof status)}>
        <Group gap="xs">
          <Chip value="open">
            <Trans>Open files</Trans>
          </Chip>
          <Chip value="closed">
            <Trans>Closed files</Trans>
          </Chip>
          <Chip value="all">
            <Trans>All</Trans>
          </Chip>
        </Group>
      </Chip.Group>
      <ListState list={list} empty={{ title: t`No files here`, hint: <Trans>Agents send an SOS from their desk when a caller is abusive.</Trans> }}>
        {(incidents) => <IncidentTable incidents={incidents} />}
      </ListState>
      {can('settings.manage') && <CareSetting />}
    </Stack>
  );
}

function IncidentTable({ incidents }: { incidents: Incident[] }) {
  const { i18n } = useLingui();
  const words = useCategoryWords();
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns>
          <Trans>Number</Trans>
          <Trans>Date and time</Trans>
          <Trans>Agent</Trans>
          <Trans>Customer</Trans>
          <Trans>Kind</Trans>
          <Trans>State</Trans>
        </Columns>
        <Table.Tbody>
          {incidents.map((incident) => (
            <Table.Tr key={incident.id}>
              <Table.Td>
                <Anchor inherit renderRoot={(props) => <Link {...props} to="/incidents/$id" params={{ id: incident.id }} />}>
                  #{incident.number}
                </Anchor>
              </Table.Td>
              <Table.Td>{formatDateTime(incident.occurredAt, i18n.locale)}</Table.Td>
              <Table.Td>{incident.agentName}</Table.Td>
              <Table.Td>{incident.customerId === null ? '–' : <CustomerLink id={incident.customerId}>{incident.customerName}</CustomerLink>}</Table.Td>
              <Table.Td>{words[incident.category]}</Table.Td>
              <Table.Td>
                <StateTag status={incident.status} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

/** Open or closed, in words and colour. */
export function StateTag({ status }: { status: Incident['status'] }) {
  return <Tag color={status === 'open' ? 'orange' : 'gray'}>{status === 'open' ? <Trans>File open</Trans> : <Trans>File closed</Trans>}</Tag>;
}

/** How long the break after an SOS is. */
function CareSetting() {
  const settings = useQuery({ queryKey: [getSettings.id], queryFn: ({ signal }) => call(getSettings, {}, signal) });
  return settings.data ? <CareForm key={settings.data.careBreakMinutes} stored={settings.data.careBreakMinutes} /> : null;
}

function CareForm({ stored }: { stored: number }) {
  const { t } = useLingui();
  const [minutes, setMinutes] = useState(stored);
  const save = useSave({
    run: () => call(updateSettings, { body: { careBreakMinutes: minutes } }),
    refresh: [getSettings.id],
    done: t`The care break is saved`,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={520}>
      <form onSubmit={submit}>
        <Group align="flex-end">
          <NumberInput label={t`Care break after an SOS (minutes)`} value={minutes} onChange={(value) => setMinutes(Number(value) || 0)} min={0} max={240} allowDecimal={false} w={260} />
          <Button type="submit" variant="default" loading={save.isPending} disabled={minutes === stored}>
            <Trans>Save</Trans>
          </Button>
        </Group>
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>After the call and its wrap-up the agent cannot become available for this long. 0 = only when a supervisor gives a break.</Trans>
        </Text>
      </form>
    </Card>
  );
}
