import { Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { activateFlowVersion, cancelFlowSchedule, type FlowView, getFlow, getFlowVersion, listFlows, listFlowVersions } from '../../../../shared/api/flows.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { OneState } from '../../records/one-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useSave } from '../../records/use-save.ts';
import { DiffView } from './diff-view.tsx';

interface Props {
  flow: FlowView;
  /** What is in the editor now. */
  current: Flow;
  /** Puts an old version into the editor. */
  onOpen: (flow: Flow) => void;
}

/** Every version that was published: compare it, go back to it, edit from it. */
export function Versions({ flow, current, onOpen }: Props) {
  const { t, i18n } = useLingui();
  const actorName = useActorName();
  const [compared, setCompared] = useState<number | null>(null);
  const list = useQuery({ queryKey: [listFlowVersions.id, flow.id], queryFn: ({ signal }) => call(listFlowVersions, { params: { id: flow.id } }, signal) });
  const refresh = [getFlow.id, listFlows.id, listFlowVersions.id];
  const activate = useSave({
    run: (version: number) => call(activateFlowVersion, { params: { id: flow.id, version }, body: {} }),
    refresh,
    done: (changed) => t`Version ${changed.version} is in use`,
  });
  const cancel = useSave({ run: () => call(cancelFlowSchedule, { params: { id: flow.id } }), refresh, done: t`The schedule was cancelled` });
  const open = useSave({ run: (version: number) => call(getFlowVersion, { params: { id: flow.id, version } }), refresh: [], done: t`The version is in the editor`, onDone: ({ definition }) => onOpen(definition) });
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <LoadingRows rows={4} />;
  if (list.data.items.length === 0) return <EmptyState title={<Trans>No version was published yet</Trans>} />;
  return (
    <Stack gap="md" p="sm">
      {flow.schedule && (
        <Group gap="xs">
          <Text size="sm">
            <Trans>
              Version {flow.schedule.version} takes over at {formatDateTime(flow.schedule.dueAt, i18n.locale)}.
            </Trans>
          </Text>
          <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
            <Trans>Cancel the schedule</Trans>
          </Button>
        </Group>
      )}
      <TableFrame minWidth={560}>
        <Table verticalSpacing="xs">
          <Columns actions>
            <Trans>Version</Trans>
            <Trans>What has changed</Trans>
            <Trans>Published</Trans>
          </Columns>
          <Table.Tbody>
            {list.data.items.map(({ version, comment, createdAt, createdBy }) => (
              <Table.Tr key={version}>
                <Table.Td>
                  {version}{' '}
                  {version === flow.version && (
                    <Badge size="sm" color="teal">
                      <Trans>In use</Trans>
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{comment}</Table.Td>
                <Table.Td>
                  {formatDateTime(createdAt, i18n.locale)} {actorName(createdBy)}
                </Table.Td>
                <Table.Td>
                  <Group gap={6} justify="flex-end" wrap="nowrap">
                    <Button size="compact-sm" variant="default" aria-label={t`Compare version ${version} with the editor`} aria-pressed={compared === version} onClick={() => setCompared(compared === version ? null : version)}>
                      <Trans>Compare</Trans>
                    </Button>
                    <Button size="compact-sm" variant="default" aria-label={t`Edit from version ${version}`} onClick={() => open.mutate(version)}>
                      <Trans>Edit</Trans>
                    </Button>
                    <Button size="compact-sm" variant="light" aria-label={t`Put version ${version} into use`} disabled={version === flow.version} loading={activate.isPending && activate.variables === version} onClick={() => activate.mutate(version)}>
                      <Trans>Use</Trans>
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
      {compared !== null && <Comparison flowId={flow.id} version={compared} current={current} />}
    </Stack>
  );
}

function Comparison({ flowId, version, current }: { flowId: string; version: number; current: Flow }) {
  const old = useQuery({ queryKey: [getFlowVersion.id, flowId, version], queryFn: ({ signal }) => call(getFlowVersion, { params: { id: flowId, version } }, signal), staleTime: Infinity });
  return (
    <OneState query={old} rows={3}>
      {({ definition }) => (
        <Stack gap="xs">
          <Title order={3} size="h5">
            <Trans>Version {version} and the editor</Trans>
          </Title>
          <DiffView before={definition} after={current} beforeName={<Trans>Version {version}</Trans>} />
        </Stack>
      )}
    </OneState>
  );
}
