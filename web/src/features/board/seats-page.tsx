import { Button, Group, Select, Stack, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconEdit, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { createSeatMap, listSeatMaps, type SeatMap } from '../../../../shared/api/seat-maps.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { SeatEditor } from './seat-editor.tsx';
import { SeatGrid } from './seat-grid.tsx';
import { useBoard } from './use-board.ts';

/** The room as it stands: who sits where, and what they do. */
export default function SeatsPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const board = useBoard();
  const [chosen, setChosen] = useState<string | null>(null);
  /** The room that is being arranged. */
  const [editing, setEditing] = useState<string | null>(null);
  const maps = useOne([listSeatMaps.id], (signal) => call(listSeatMaps, {}, signal));
  const add = useSave({
    run: () => call(createSeatMap, { body: { name: t`New room`, columns: 6, rows: 4 } }),
    refresh: [listSeatMaps.id],
    done: t`Added`,
    onDone: ({ id }) => {
      setChosen(id);
      setEditing(id);
    },
  });
  const items = maps.data?.items ?? [];
  const map: SeatMap | undefined = items.find(({ id }) => id === (editing ?? chosen)) ?? items[0];
  // A room that somebody else removed cannot be arranged any more.
  const isEditing = map !== undefined && editing === map.id;
  return (
    <Stack gap="md">
      <PageHead
        title={<Trans>Seat map</Trans>}
        back={
          <BackLink to="/board">
            <Trans>Live board</Trans>
          </BackLink>
        }
      >
        {can('board.manage') && !isEditing && (
          <>
            {map && (
              <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={() => setEditing(map.id)}>
                <Trans>Arrange seats</Trans>
              </Button>
            )}
            <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} loading={add.isPending} onClick={() => add.mutate(undefined)}>
              <Trans>Add a room</Trans>
            </Button>
          </>
        )}
        <ConnectionBadge connected={board.connected} />
      </PageHead>
      {maps.isPending && <LoadingRows rows={4} />}
      {maps.isError && <ErrorState error={maps.error} onRetry={() => void maps.refetch()} />}
      {maps.data && !map && <EmptyState title={<Trans>No seat map yet</Trans>} hint={<Trans>Add a room, place its seats and say who sits where.</Trans>} />}
      {map && !isEditing && items.length > 1 && (
        <Group>
          <Select label={t`Room`} w={260} data={items.map(({ id, name }) => ({ value: id, label: name }))} value={map.id} onChange={setChosen} allowDeselect={false} />
        </Group>
      )}
      {isEditing && <SeatEditor key={map.id} map={map} agents={Object.values(board.model.agents)} onClose={() => setEditing(null)} />}
      {map && !isEditing && (
        <>
          <Title order={2} size="h4">
            {map.name}
          </Title>
          <SeatGrid map={map} board={board} />
        </>
      )}
    </Stack>
  );
}
