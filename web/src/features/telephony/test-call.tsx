import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhoneOff, IconPhoneOutgoing } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { getCall } from '../../../../shared/api/calls.ts';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { CallLink } from '../../records/links.tsx';
import { OutcomeBadge } from '../../records/outcome-badge.tsx';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';

interface Props {
  /** Over one trunk to a number, or to one telephone. */
  to: { kind: 'trunk'; trunkId: string; name: string } | { kind: 'device'; username: string };
  onClose: () => void;
}

/** Calls from this browser and says how far it came; the call's page has its SIP messages. */
export function TestCall({ to, onClose }: Props) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { call: live } = useSoftphone();
  const [number, setNumber] = useState(to.kind === 'device' ? to.username : '');
  const [callId, setCallId] = useState<string | null>(null);
  const begin = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (number.trim() === '') return;
    await run(async () => setCallId(await softphone.testCall(number.trim(), to.kind === 'trunk' ? to.trunkId : null)));
  };
  const isLive = live !== null && live.view.callId === callId;
  const name = to.kind === 'trunk' ? to.name : to.username;
  return (
    <FormDialog onClose={onClose} keep passing title={<Trans>Test call: {name}</Trans>}>
      <form onSubmit={(event) => void begin(event)}>
        <Stack gap="md">
          <Text size="sm" c="gray.7">
            {to.kind === 'trunk' ? (
              <Trans>The call goes out over this trunk only, under the outbound limits, and you speak from this browser. Your carrier may charge for it.</Trans>
            ) : (
              <Trans>The telephone rings, and you speak from this browser.</Trans>
            )}
          </Text>
          {to.kind === 'trunk' && (
            <TextInput type="tel" label={t`Number to call`} placeholder="03-1234-5678" value={number} onChange={(event) => setNumber(event.currentTarget.value)} maxLength={40} required data-autofocus />
          )}
          {callId !== null && <Progress callId={callId} phase={isLive ? live.view.phase : null} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Close</Trans>
            </Button>
            {isLive ? (
              <Button color="red" disabled={busy} leftSection={<IconPhoneOff size={18} aria-hidden />} onClick={() => void run(() => softphone.hangUp())}>
                <Trans>Hang up</Trans>
              </Button>
            ) : (
              <Button type="submit" loading={busy} disabled={number.trim() === ''} leftSection={<IconPhoneOutgoing size={18} aria-hidden />}>
                <Trans>Start the call</Trans>
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

/** Where the call stands; what became of it comes from its record. */
function Progress({ callId, phase }: { callId: string; phase: string | null }) {
  const record = useQuery({
    queryKey: [getCall.id, callId],
    queryFn: ({ signal }) => call(getCall, { params: { id: callId } }, signal),
    enabled: phase === null,
    refetchInterval: ({ state }) => (state.data?.outcome === undefined || state.data.outcome === null ? 1_000 : false),
  });
  return (
    <Alert color="gray" role="status" p="sm">
      <Group justify="space-between">
        {phase === null ? (
          <Group gap="xs">
            {record.data ? <OutcomeBadge outcome={record.data.outcome} /> : <Trans>The call is over</Trans>}
            {record.data && record.data.endReason !== '' && (
              <Text size="sm" c="gray.7">
                {record.data.endReason}
              </Text>
            )}
          </Group>
        ) : (
          <ToneBadge tone="info">{phase === 'talking' ? <Trans>Connected: you can speak</Trans> : <Trans>Calling…</Trans>}</ToneBadge>
        )}
        <CallLink id={callId}>
          <Trans>SIP messages of this call</Trans>
        </CallLink>
      </Group>
    </Alert>
  );
}
