import { Alert, Button, Code, Group, NativeSelect, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { runFlow, type FlowRun, type RunAction, type RunStep } from '../../../../shared/api/flow-runs.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { call } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useNodeName } from './node-name.ts';
import { RunSteps } from './run-steps.tsx';
import { asBody } from './use-problems.ts';

interface Props {
  flow: Flow;
  onTrace: (steps: readonly RunStep[]) => void;
  onOpen: (node: string) => void;
}


/** The time as `datetime-local` has it, taken as Japan's. */
const isoOf = (local: string): string => new Date(`${local}:00+09:00`).toISOString();

/** Tries the flow out: the server runs it with the code of real calls, with what a caller of one's own making does. */
export function TestRun({ flow, onTrace, onOpen }: Props) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const [caller, setCaller] = useState({ callerNumber: '09012345678', withheldReason: 'anonymous' as 'anonymous' | 'unavailable' | 'payphone', at: '' });
  const [actions, setActions] = useState<readonly RunAction[] | null>(null);
  const run = useMutation({
    mutationFn: (next: readonly RunAction[]) => call(runFlow, { body: { definition: asBody(flow), callerNumber: caller.callerNumber.trim(), withheldReason: caller.withheldReason, ...(caller.at !== '' && { at: isoOf(caller.at) }), actions: [...next] } }),
    onSuccess: (result) => onTrace(result.steps),
  });
  const send = (next: readonly RunAction[]) => {
    setActions(next);
    run.mutate(next);
  };
  // What is drawn on the way ends with this panel.
  const leave = useRef(onTrace);
  useEffect(() => () => leave.current([]), []);
  const result = run.data;
  return (
    <Stack gap="sm" p="sm">
      <Title order={2} size="h5">
        <Trans>Test run</Trans>
      </Title>
      <TextInput size="xs" type="tel" label={t`Caller’s number`} description={t`Empty = withheld`} value={caller.callerNumber} onChange={(event) => setCaller({ ...caller, callerNumber: event.currentTarget.value })} maxLength={20} />
      {caller.callerNumber.trim() === '' && (
        <NativeSelect
          size="xs"
          label={t`Why there is no number`}
          data={[
            { value: 'anonymous', label: t`Withheld` },
            { value: 'payphone', label: t`Pay phone` },
            { value: 'unavailable', label: t`Out of area` },
          ]}
          value={caller.withheldReason}
          onChange={(event) => setCaller({ ...caller, withheldReason: event.currentTarget.value as typeof caller.withheldReason })}
        />
      )}
      <TextInput size="xs" type="datetime-local" label={t`When the call comes (JST)`} description={t`Empty = now`} value={caller.at} onChange={(event) => setCaller({ ...caller, at: event.currentTarget.value })} />
      <Group gap="xs">
        <Button size="compact-sm" leftSection={<IconPlayerPlay size={14} aria-hidden />} loading={run.isPending && actions?.length === 0} onClick={() => send([])}>
          {actions === null ? <Trans>Start the call</Trans> : <Trans>Call again</Trans>}
        </Button>
        {actions !== null && actions.length > 0 && (
          <Button size="compact-sm" variant="default" leftSection={<IconArrowBackUp size={14} aria-hidden />} onClick={() => send(actions.slice(0, -1))}>
            <Trans>One step back</Trans>
          </Button>
        )}
      </Group>
      {run.isError && (
        <Alert color="red" p="xs">
          {problemText(run.error)}
        </Alert>
      )}
      {actions !== null && result && (
        <>
          <RunSteps flow={flow} steps={result.steps} onOpen={onOpen} />
          <RunActions flow={flow} run={result} busy={run.isPending} onAction={(action) => send([...actions, action])} />
          <Variables run={result} />
        </>
      )}
    </Stack>
  );
}

function Variables({ run }: { run: FlowRun }) {
  const entries = Object.entries(run.variables);
  if (entries.length === 0) return null;
  return (
    <Stack gap={2}>
      <Text size="xs" fw={600}>
        <Trans>Variables</Trans>
      </Text>
      {entries.map(([name, value]) => (
        <Text key={name} size="xs">
          {name} = <Code>{value}</Code>
        </Text>
      ))}
    </Stack>
  );
}

/** What can be done at this moment of the call. */
function RunActions({ flow, run, busy, onAction }: { flow: Flow; run: FlowRun; busy: boolean; onAction: (action: RunAction) => void }) {
  const { t } = useLingui();
  const nameOf = useNodeName(flow);
  const [keys, setKeys] = useState('');
  const [labels, setLabels] = useState('');
  const [json, setJson] = useState('{}');
  const { waitsFor } = run;
  if (waitsFor === null) {
    return (
      <Text size="sm" fw={600} role="status">
        <Trans>The call is over.</Trans>
      </Text>
    );
  }
  const button = (label: string, action: RunAction) => (
    <Button key={label} size="compact-sm" variant="light" disabled={busy} onClick={() => onAction(action)}>
      {label}
    </Button>
  );
  const found = (): RunAction => ({ do: 'customers', labels: [labels.split(',').map((label) => label.trim()).filter((label) => label !== '')] });
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} role="status">
        <Trans>The call is at {nameOf(run.node)}.</Trans>
      </Text>
      {waitsFor === 'keys' && (
        <Group gap="xs" align="flex-end" component="form" onSubmit={(event) => { event.preventDefault(); if (keys !== '') onAction({ do: 'keys', keys }); setKeys(''); }}>
          <TextInput size="xs" w={130} label={t`Keys to press`} value={keys} onChange={(event) => setKeys(event.currentTarget.value.normalize('NFKC').replaceAll(/[^\d*#]/g, ''))} maxLength={40} inputMode="tel" />
          <Button size="xs" type="submit" disabled={busy || keys === ''}>
            <Trans>Press</Trans>
          </Button>
        </Group>
      )}
      {waitsFor === 'customers' && <TextInput size="xs" label={t`Labels of the customer`} description={t`With a comma between`} value={labels} onChange={(event) => setLabels(event.currentTarget.value)} />}
      {waitsFor === 'answer' && <Textarea size="xs" label={t`What the server answers (JSON)`} ff="monospace" value={json} onChange={(event) => setJson(event.currentTarget.value)} autosize minRows={2} />}
      <Group gap="xs">
        {waitsFor === 'queue' && [button(t`An agent answers`, { do: 'agent' }), button(t`The queue takes nobody`, { do: 'unroutable' })]}
        {waitsFor === 'dial' && [button(t`Conversation and hang-up`, { do: 'dialled', outcome: 'answered' }), button(t`Busy`, { do: 'dialled', outcome: 'busy' }), button(t`No answer`, { do: 'dialled', outcome: 'failed' }), button(t`Not allowed`, { do: 'dialled', outcome: 'refused' })]}
        {waitsFor === 'message' && button(t`The message is complete`, { do: 'message' })}
        {waitsFor === 'customers' && [button(t`One customer`, found()), button(t`Two customers`, { do: 'customers', labels: [[], []] }), button(t`No customer`, { do: 'customers', labels: [] })]}
        {waitsFor === 'answer' && [button(t`Server answered`, { do: 'answer', outcome: 'ok', json }), button(t`Failed`, { do: 'answer', outcome: 'failed' }), button(t`Too late`, { do: 'answer', outcome: 'timeout' })]}
        {waitsFor !== 'dial' && button(t`Wait`, { do: 'wait' })}
        {button(t`Hang up`, { do: 'hangup' })}
      </Group>
    </Stack>
  );
}
