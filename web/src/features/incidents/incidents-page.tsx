import { Anchor, Button, Card, Chip, Group, NumberInput, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { type Incident, listIncidents } from '../../../../shared/api/incidents.ts';
import { getSettings, type Settings, updateSettings } from '../../../../shared/api/settings.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useList } from '../../records/use-list.ts';
import { useOne } from '../../records/use-one.ts';
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
  const settings = useOne([getSettings.id], (signal) => call(getSettings, {}, signal));
  return <OneState query={settings} rows={1}>{(stored) => <CareForm stored={stored} />}</OneState>;
}

const CARE = {
  draftOf: ({ careBreakMinutes }: Settings) => ({ careBreakMinutes }),
  sent: (draft: Pick<Settings, 'careBreakMinutes'>) => draft,
};

function CareForm({ stored }: { stored: Settings }) {
  const { t } = useLingui();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, CARE);
  const save = useSave({
    run: (body: typeof draft) => call(updateSettings, { body }),
    refresh: [getSettings.id],
    done: t`The care break is saved`,
    onDone: (_stored, sent) => saved(sent),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <Card withBorder padding="md" maw={520}>
      <form onSubmit={submit}>
        {overtaken && <OvertakenNote onFollow={undo} />}
        <Group align="flex-end">
          <NumberInput label={t`Care break after an SOS (minutes)`} value={draft.careBreakMinutes} onChange={(value) => setDraft({ careBreakMinutes: Number(value) || 0 })} min={0} max={240} allowDecimal={false} w={260} />
          <Button type="submit" variant="default" loading={save.isPending} disabled={!dirty}>
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
