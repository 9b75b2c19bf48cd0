import { Alert, Button, Card, Group, Select, Stack, Table, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconPower } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type Emergency, endEmergency, listEmergencies, startEmergency } from '../../../../shared/api/emergencies.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { ListState } from '../../records/list-state.tsx';
import { useQueueOptions } from '../../records/queues.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { Amount } from './amounts.tsx';

/** One button that stops a queue, or all, with a reason and an end that comes by itself. */
export function EmergencySwitch() {
  const { t } = useLingui();
  const list = useList([listEmergencies.id], (cursor, signal) => call(listEmergencies, { query: cursor === undefined ? {} : { cursor } }, signal), { everyMs: 10_000 });
  return (
    <Stack gap="md">
      <StartForm />
      <ListState list={list} empty={{ title: t`The emergency switch was never used` }}>
        {(emergencies) => <EmergencyTable emergencies={emergencies} />}
      </ListState>
    </Stack>
  );
}

function StartForm() {
  const { t } = useLingui();
  const [queueId, setQueueId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState(60);
  const queues = useQueueOptions();
  const save = useSave({
    run: () => call(startEmergency, { body: { queueId, reason: reason.trim(), minutes } }),
    refresh: [listEmergencies.id],
    done: t`The emergency switch is on`,
    onDone: () => setReason(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Alert color="yellow" p="xs" icon={<IconAlertTriangle aria-hidden />}>
            <Trans>Calls that wait leave at once by the flow’s way for emergencies, and new ones are not let in. Calls with an agent go on.</Trans>
          </Alert>
          <Group gap="sm" align="flex-end">
            <Select label={t`Queue`} placeholder={t`All queues`} data={queues} value={queueId} onChange={setQueueId} clearable w={260} />
            <Amount label={t`Ends by itself after (minutes)`} value={minutes} least={1} most={10_080} onChange={setMinutes} />
          </Group>
          <Textarea label={t`Reason`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={500} autosize minRows={2} />
          <Group justify="flex-end">
            <Button type="submit" color="red" leftSection={<IconPower size={18} aria-hidden />} loading={save.isPending} disabled={reason.trim() === ''}>
              <Trans>Switch off</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function EmergencyTable({ emergencies }: { emergencies: Emergency[] }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const end = useSave({
    run: (id: string) => call(endEmergency, { params: { id } }),
    refresh: [listEmergencies.id],
    done: ({ id }) => {
      const left = emergencies.filter((one) => one.active && one.id !== id).length;
      return left === 0 ? t`The emergency switch is off` : t`This emergency switch is off; others still on: ${left}`;
    },
  });
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>State</Trans>
          <Trans>Queue</Trans>
          <Trans>Reason</Trans>
          <Trans>From</Trans>
          <Trans>To</Trans>
        </Columns>
        <Table.Tbody>
          {emergencies.map((emergency) => (
            <Table.Tr key={emergency.id}>
              <Table.Td>
                {emergency.active ? (
                  <Tag color="red" icon={IconAlertTriangle}>
                    <Trans>On</Trans>
                  </Tag>
                ) : (
                  <Tag>
                    <Trans>Off</Trans>
                  </Tag>
                )}
              </Table.Td>
              <Table.Td>{emergency.queueName || t`All queues`}</Table.Td>
              <Table.Td>{emergency.reason}</Table.Td>
              <Table.Td>
                {formatDateTime(emergency.createdAt, i18n.locale)} {actorName(emergency.createdBy)}
              </Table.Td>
              <Table.Td>
                {formatDateTime(emergency.endedAt ?? emergency.endsAt, i18n.locale)} {emergency.endedBy === '' ? '' : actorName(emergency.endedBy)}
              </Table.Td>
              <Table.Td>
                {emergency.active && (
                  <Button size="compact-sm" variant="default" loading={end.isPending && end.variables === emergency.id} onClick={() => end.mutate(emergency.id)}>
                    <Trans>Switch on again</Trans>
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
