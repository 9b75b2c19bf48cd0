import { Button, Group, NumberInput, Paper, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { listSimulations, startSimulation, type SimulationRequest } from '../../../../shared/api/simulations.ts';
import { call } from '../../lib/api.ts';
import { dayBounds, dayInJapan } from '../../records/day-range.ts';
import { useSave } from '../../records/use-save.ts';
import { QueueSelect } from './queue-choice.tsx';

const firstRequest = (queueId: string, now: number): SimulationRequest => ({ queueId, source: 'history', day: dayInJapan(now, -1), staff: 0, agents: 10, handlePercent: 100, volumePercent: 100, seed: 1 });

/** Which day, and what is other than it was. */
export function SimulationForm({ firstQueueId, onStarted }: { firstQueueId: string; onStarted: (id: string) => void }) {
  const { t } = useLingui();
  const [request, setRequest] = useState<SimulationRequest>(() => firstRequest(firstQueueId, Date.now()));
  const [yesterday] = useState(() => dayInJapan(Date.now(), -1));
  const set = (part: Partial<SimulationRequest>): void => setRequest({ ...request, ...part });
  const start = useSave({ run: () => call(startSimulation, { body: request }), refresh: [listSimulations.id], done: t`The simulation has begun`, onDone: ({ id }) => onStarted(id) });
  const isHistory = request.source === 'history';
  const choose = (source: SimulationRequest['source']): void => set({ source, day: dayInJapan(Date.now(), source === 'history' ? -1 : 1) });
  return (
    <Paper withBorder p="md">
      <Stack gap="sm" component="form" onSubmit={(event) => (event.preventDefault(), start.mutate(undefined))}>
        <Group gap="sm" align="flex-end">
          <QueueSelect value={request.queueId} onChange={(queueId) => set({ queueId })} />
          <SegmentedControl
            aria-label={t`Kind of day`}
            data={[
              { value: 'history', label: t`A day that was` },
              { value: 'forecast', label: t`A day by forecast` },
            ]}
            value={request.source}
            onChange={(source) => choose(source as SimulationRequest['source'])}
          />
          <TextInput type="date" required withAsterisk={false} label={t`Day`} value={request.day} {...(isHistory ? { max: yesterday } : {})} onChange={(event) => set({ day: event.currentTarget.value })} />
        </Group>
        <Changes request={request} set={set} />
        <Group>
          <Button type="submit" loading={start.isPending} disabled={dayBounds(request.day) === null} leftSection={<IconPlayerPlay size={18} aria-hidden />}>
            <Trans>Simulate</Trans>
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Changes({ request, set }: { request: SimulationRequest; set: (part: Partial<SimulationRequest>) => void }) {
  const { t } = useLingui();
  const change = (field: 'staff' | 'agents' | 'handlePercent' | 'volumePercent' | 'seed', otherwise: number) => (typed: string | number) => set({ [field]: typeof typed === 'number' ? typed : otherwise });
  return (
    <Group gap="sm" align="flex-start">
      {request.source === 'history' ? (
        <NumberInput label={t`Agents (±)`} description={t`More or fewer than there were`} w={200} min={-500} max={500} allowDecimal={false} value={request.staff} onChange={change('staff', 0)} />
      ) : (
        <NumberInput label={t`Agents on duty`} description={t`While calls come`} w={200} min={0} max={1000} allowDecimal={false} allowNegative={false} value={request.agents} onChange={change('agents', 0)} />
      )}
      <NumberInput label={t`Handle time (%)`} description={t`100 = as it was`} w={160} min={10} max={500} allowNegative={false} value={request.handlePercent} onChange={change('handlePercent', 100)} />
      <NumberInput label={t`Calls (%)`} description={t`100 = as it was`} w={160} min={0} max={500} allowNegative={false} value={request.volumePercent} onChange={change('volumePercent', 100)} />
      <NumberInput label={t`Seed`} description={t`Another one draws another day`} w={220} min={0} max={2_147_483_647} allowDecimal={false} allowNegative={false} value={request.seed} onChange={change('seed', 1)} />
    </Group>
  );
}
