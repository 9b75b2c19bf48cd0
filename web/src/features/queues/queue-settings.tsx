import { Button, Stack, Table } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { listQueues, type Queue } from '../../../../shared/api/queues.ts';
import { call } from '../../lib/api.ts';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useOrderTexts } from './order-texts.ts';
import { QueueForm } from './queue-form.tsx';

/** All queues, and the form of one. */
export function QueueSettings() {
  const { t } = useLingui();
  const [open, setOpen] = useState<Queue | 'new' | null>(null);
  const list = useList([listQueues.id], (cursor, signal) => call(listQueues, { query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) } }, signal));
  if (open !== null) {
    return <QueueForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} queues={list.items ?? []} onClose={() => setOpen(null)} />;
  }
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New queue</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No queues yet` }}>
        {(queues) => <QueueTable queues={queues} onEdit={setOpen} />}
      </ListState>
    </Stack>
  );
}

function QueueTable({ queues, onEdit }: { queues: Queue[]; onEdit: (queue: Queue) => void }) {
  const { t } = useLingui();
  const orders = useOrderTexts();
  return (
    <TableFrame minWidth={720}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Code</Trans>
          <Trans>Name</Trans>
          <Trans>Order of agents</Trans>
          <Table.Th ta="right">
            <Trans>Members</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Rings</Trans>
          </Table.Th>
        </Columns>
        <Table.Tbody>
          {queues.map((queue) => (
            <Table.Tr key={queue.id}>
              <Table.Td ff="monospace">{queue.code}</Table.Td>
              <Table.Td>{queue.name}</Table.Td>
              <Table.Td>{orders[queue.order].label}</Table.Td>
              <Table.Td ta="right">{queue.memberIds.length + queue.stationCount}</Table.Td>
              <Table.Td ta="right">{queue.rings.length}</Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${queue.name}`} onClick={() => onEdit(queue)}>
                  <Trans>Edit</Trans>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
