import { Button, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type Callback, cancelCallback, listCallbacks } from '../../../../shared/api/callbacks.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { CallbackForm } from '../../records/callback-form.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { CallNumber } from '../../softphone/call-number.tsx';
import { useKept } from '../../records/kept.ts';

/** Who is to be called back, with numbers, turn and what became of it. */
export default function CallbacksPage() {
  const { t } = useLingui();
  const [open, setOpen] = useKept<'true' | 'false'>('open', 'true');
  const [adding, setAdding] = useState(false);
  const list = useList([listCallbacks.id, open], (cursor, signal) => call(listCallbacks, { query: { open, ...(cursor === undefined ? {} : { cursor }) } }, signal), { everyMs: 5000 });
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Callbacks</Trans>} />
      <Group gap="sm" justify="space-between">
        <SegmentedControl
          aria-label={t`Which callbacks`}
          data={[
            { value: 'true', label: t`To be called` },
            { value: 'false', label: t`Over` },
          ]}
          value={open}
          onChange={(next) => setOpen(next as 'true' | 'false')}
        />
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
          <Trans>New callback</Trans>
        </Button>
      </Group>
      <ListState list={list} empty={{ title: open === 'true' ? t`Nobody is to be called back` : t`No callback is over yet` }}>
        {(callbacks) => <CallbackTable callbacks={callbacks} />}
      </ListState>
      {adding && <CallbackForm onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function CallbackTable({ callbacks }: { callbacks: Callback[] }) {
  const { i18n, t } = useLingui();
  const cancel = useSave({ run: (id: string) => call(cancelCallback, { params: { id } }), refresh: [listCallbacks.id], done: t`The callback was cancelled` });
  return (
    <TableFrame minWidth={860}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Number</Trans>
          <Trans>Queue</Trans>
          <Trans>Due</Trans>
          <Trans>Agent</Trans>
          <Table.Th ta="right">
            <Trans>Attempts</Trans>
          </Table.Th>
          <Trans>State</Trans>
        </Columns>
        <Table.Tbody>
          {callbacks.map((callback) => (
            <Table.Tr key={callback.id}>
              <Table.Td>
                <CallNumber number={callback.number} />
                <Text size="xs" c="dimmed">
                  {[callback.customerName || callback.name, callback.note].filter((part) => part !== '').join(' · ')}
                </Text>
              </Table.Td>
              <Table.Td>{callback.queueName}</Table.Td>
              <Table.Td>
                {formatDateTime(callback.dueAt, i18n.locale)}
                {callback.kind === 'queue' && (
                  <Text size="xs" c="dimmed">
                    <Trans>place kept since {formatDateTime(callback.queuedAt, i18n.locale)}</Trans>
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{callback.ownerName || t`Any agent`}</Table.Td>
              <Table.Td ta="right">
                {callback.attempts} / {callback.maxAttempts}
              </Table.Td>
              <Table.Td>
                <StatusTag status={callback.status} />
              </Table.Td>
              <Table.Td>
                {callback.status === 'waiting' && (
                  <Button size="compact-sm" variant="default" aria-label={t`Cancel the callback to ${callback.number}`} loading={cancel.isPending && cancel.variables === callback.id} onClick={() => cancel.mutate(callback.id)}>
                    <Trans>Strike off</Trans>
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

function StatusTag({ status }: { status: Callback['status'] }) {
  const { t } = useLingui();
  const looks: Readonly<Record<Callback['status'], { color: string; text: string }>> = {
    waiting: { color: 'orange', text: t`Not called yet` },
    dialling: { color: 'blue', text: t`Being called` },
    done: { color: 'teal', text: t`Reached` },
    failed: { color: 'red', text: t`Not reached` },
    expired: { color: 'gray', text: t`Expired` },
    cancelled: { color: 'gray', text: t`Struck off` },
  };
  return <Tag color={looks[status].color}>{looks[status].text}</Tag>;
}
