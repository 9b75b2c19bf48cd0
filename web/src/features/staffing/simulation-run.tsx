import { Alert, Button, Group, Paper, Progress, Stack, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlayerStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { cancelSimulation, getSimulation, listSimulations, type Simulation } from '../../../../shared/api/simulations.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDay } from '../../lib/format.ts';
import { useSave } from '../../records/use-save.ts';
import { SimulationResult } from './simulation-result.tsx';
import { isLive, SimulationState, useRequestText } from './simulation-state.tsx';

/** How often a simulation that runs is asked how far it is, ms. */
const EVERY_MS = 500;

/** One simulation: its progress, then what it came to. */
export function SimulationRun({ id }: { id: string }) {
  const client = useQueryClient();
  const run = useQuery({
    queryKey: [getSimulation.id, id],
    queryFn: ({ signal }) => call(getSimulation, { params: { id } }, signal),
    refetchInterval: (query) => (query.state.data && isLive(query.state.data) ? EVERY_MS : false),
  });
  const state = run.data?.state;
  useEffect(() => void client.invalidateQueries({ queryKey: [listSimulations.id] }), [client, state]);
  if (run.error) return <ErrorState error={run.error} onRetry={() => void run.refetch()} />;
  if (!run.data) return <LoadingRows rows={3} />;
  return <Shown simulation={run.data} />;
}

function Shown({ simulation }: { simulation: Simulation }) {
  const { i18n } = useLingui();
  const text = useRequestText();
  const { request, queueName, state } = simulation;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group gap="sm">
          <Title order={2} size="h4">
            {formatDay(request.day, i18n.locale)} {queueName}
          </Title>
          <SimulationState state={state} />
        </Group>
        {text(request)}
        {isLive(simulation) && <Running simulation={simulation} />}
        {state === 'failed' && (
          <Alert role="alert" color="red">
            <Trans>The simulation failed. Try again with fewer calls or agents.</Trans> {simulation.error}
          </Alert>
        )}
        {state === 'interrupted' && (
          <Alert color="yellow">
            <Trans>The server was restarted during this simulation. Please start it again.</Trans>
          </Alert>
        )}
        {state === 'cancelled' && (
          <Alert color="gray">
            <Trans>Somebody stopped this simulation.</Trans>
          </Alert>
        )}
        {simulation.result && <SimulationResult result={simulation.result} />}
      </Stack>
    </Paper>
  );
}

function Running({ simulation: { id, progress } }: { simulation: Simulation }) {
  const { t } = useLingui();
  const cancel = useSave({ run: () => call(cancelSimulation, { params: { id } }), refresh: [getSimulation.id, listSimulations.id], done: t`Cancelled` });
  return (
    <Group wrap="nowrap">
      <Progress value={progress * 100} aria-label={t`Progress`} style={{ flex: 1 }} animated />
      <Button variant="default" size="sm" loading={cancel.isPending} leftSection={<IconPlayerStop size={18} aria-hidden />} onClick={() => cancel.mutate(undefined)}>
        <Trans>Cancel the simulation</Trans>
      </Button>
    </Group>
  );
}
