import { Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { SimulationForm } from './simulation-form.tsx';
import { SimulationList } from './simulation-list.tsx';
import { SimulationRun } from './simulation-run.tsx';
import { WithQueue } from './queue-choice.tsx';

/** What would have been, or will be, with other staffing, handle time or volume. */
export function SimulationPart() {
  const [shownId, setShownId] = useState<string | null>(null);
  return (
    <Stack gap="lg">
      <Text size="sm">
        <Trans>A day is lived through again, call by call, by the router that routes real calls. Callers and agents are as the records say; what you change is changed.</Trans>
      </Text>
      <WithQueue chosen={null}>{(queueId) => <SimulationForm firstQueueId={queueId} onStarted={setShownId} />}</WithQueue>
      {shownId !== null && <SimulationRun id={shownId} />}
      <SimulationList shownId={shownId} onShow={setShownId} />
    </Stack>
  );
}
