import { Alert, Button, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhone, IconPhoneOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RunStep } from '../../../../shared/api/flow-runs.ts';
import type { DraftPretence } from '../../../../shared/events.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { Keypad } from '../../components/keypad.tsx';
import { formatDuration } from '../../lib/format.ts';
import { ApiProblem } from '../../lib/problem.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useNow } from '../../lib/use-now.ts';
import type { VisitorSnapshot } from '../../softphone/visitor-call.ts';
import { DraftCall, type DraftCallSnapshot } from './draft-call.ts';
import { useNodeName } from './node-name.ts';
import { RunSteps } from './run-steps.tsx';

interface Props {
  id: string;
  flow: Flow;
  /** Saves what is not saved yet: what is called is the draft that the server has. */
  ensureSaved: () => Promise<void>;
  onTrace: (steps: readonly RunStep[]) => void;
}

/** Calls the draft from this page: heard with the ears of a caller, answered with a keypad, followed in the drawing. */
export function DraftCallPanel({ id, flow, ensureSaved, onTrace }: Props) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const [phone] = useState(() => new DraftCall());
  const snapshot = useSyncExternalStore(phone.subscribe, phone.getSnapshot);
  const { line, steps } = snapshot;
  const [callerNumber, setCallerNumber] = useState('09012345678');
  const [callsOut, setCallsOut] = useState(false);
  const isShown = useRef(false);
  const order = useMutation({
    mutationFn: async () => {
      await ensureSaved();
      if (isShown.current) await phone.start(id, { callerNumber: callerNumber.trim(), withheldReason: 'anonymous', callsOut });
    },
  });
  const trace = useRef(onTrace);
  useEffect(() => trace.current(steps), [steps]);
  // The call, and what is drawn of it, end with this panel.
  useEffect(() => {
    const leave = trace.current;
    isShown.current = true;
    return () => {
      isShown.current = false;
      phone.close();
      leave([]);
    };
  }, [phone]);
  const running = order.isPending || line.step === 'asking' || line.step === 'active';
  return (
    <Stack gap="sm" p="sm">
      <Title order={2} size="h5">
        <Trans>Try by phone</Trans>
      </Title>
      <Text size="xs" c="gray.7">
        <Trans>Calls the draft with the microphone and loudspeaker of this device, for ten minutes at most. The call is in no record, report or queue.</Trans>
      </Text>
      {running ? (
        <InCall phone={phone} flow={flow} snapshot={snapshot} />
      ) : (
        <>
          <TextInput size="xs" type="tel" label={t`Caller’s number`} description={t`Empty = withheld`} value={callerNumber} onChange={(event) => setCallerNumber(event.currentTarget.value)} maxLength={20} />
          <Switch size="sm" label={t`Really call the numbers of transfers`} description={t`They ring at real people and may cost money`} checked={callsOut} onChange={(event) => setCallsOut(event.currentTarget.checked)} />
          <Button color="teal" leftSection={<IconPhone size={16} aria-hidden />} onClick={() => order.mutate()}>
            <Trans>Call the draft</Trans>
          </Button>
        </>
      )}
      {order.isError && (
        <Alert color="red" p="xs" role="alert">
          {problemText(order.error)}
        </Alert>
      )}
      {!running && <Ending line={line} />}
      {steps.length > 0 && <RunSteps flow={flow} steps={steps} onOpen={() => undefined} />}
    </Stack>
  );
}

function InCall({ phone, flow, snapshot }: { phone: DraftCall; flow: Flow; snapshot: DraftCallSnapshot }) {
  const { line, steps, waits } = snapshot;
  const now = useNow();
  const nameOf = useNodeName(flow);
  const at = steps.findLast(({ kind }) => kind === 'reached')?.node;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {line.step === 'asking' ? <Trans>Please allow the microphone</Trans> : at === undefined ? <Trans>Connecting</Trans> : <Trans>The call is at {nameOf(at)}.</Trans>}
        </Text>
        {line.since !== null && (
          <Text size="sm" className="scc-digits">
            {formatDuration(now - line.since)}
          </Text>
        )}
      </Group>
      <Keypad onDigit={(digit) => phone.sendDigit(digit)} disabled={line.step !== 'active'} />
      {waits !== null && <Pretences waits={waits} onPretend={(what) => phone.pretend(what)} />}
      <Button color="red" leftSection={<IconPhoneOff size={16} aria-hidden />} onClick={() => phone.hangUp()}>
        <Trans>Hang up</Trans>
      </Button>
    </Stack>
  );
}

/** Nobody is at the other end of a draft's queue or transfer: how it goes on is said here. */
function Pretences({ waits, onPretend }: { waits: 'queue' | 'dial'; onPretend: (what: DraftPretence) => void }) {
  const { t } = useLingui();
  const choices: [DraftPretence, string][] =
    waits === 'queue'
      ? [
          ['agent', t`An agent answers`],
          ['unroutable', t`The queue takes nobody`],
        ]
      : [
          ['answered', t`Conversation and hang-up`],
          ['busy', t`Busy`],
          ['failed', t`No answer`],
          ['refused', t`Not allowed`],
        ];
  return (
    <Stack gap={4}>
      <Text size="xs" c="gray.7">
        {waits === 'queue' ? <Trans>A test call waits in an empty queue: no agent is rung.</Trans> : <Trans>Choose how the transfer ends, unless it is really called.</Trans>}
      </Text>
      <Group gap="xs">
        {choices.map(([what, label]) => (
          <Button key={what} size="compact-sm" variant="light" onClick={() => onPretend(what)}>
            {label}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

/** Why the last call is over, where that is no ordinary end. */
function Ending({ line }: { line: VisitorSnapshot }) {
  const problemText = useProblemText();
  if (line.step !== 'over') return null;
  if (line.failure === null) {
    return (
      <Text size="sm" fw={600} role="status">
        <Trans>The call is over.</Trans>
      </Text>
    );
  }
  return (
    <Alert color="red" p="xs" role="alert">
      {line.failure === 'microphone' ? <Trans>The microphone cannot be used. Allow it in the browser and call again.</Trans> : line.failure === 'lost' ? <Trans>The connection was lost. Check your network and call again.</Trans> : problemText(new ApiProblem(500, line.failure, ''))}
    </Alert>
  );
}
