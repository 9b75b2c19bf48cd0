import { Button, Card, Group, Kbd, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHandStop, IconSos, IconSpeakerphone, IconPhoneOff } from '@tabler/icons-react';
import type { HelpRequest } from '../../../../shared/events.ts';
import { formatDuration } from '../../lib/format.ts';
import { roleOf } from '../../softphone/state.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';
import classes from './desk.module.css';
import { handOf, noteOf } from './help-note.ts';

/** Help from supervisors: the raised hand, and the SOS with what follows it. */
export function HelpPanel() {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const snapshot = useSoftphone();
  const { desk, call, help } = snapshot;
  const hand = handOf(snapshot);
  const sos = help.find(({ kind }) => kind === 'sos') ?? null;
  const inCall = call !== null && roleOf(snapshot) === 'agent';

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Help from a supervisor`}>
      <Stack gap="sm">
        <Group gap="xs" grow>
          <Button
            variant={hand ? 'filled' : 'default'}
            color="orange"
            aria-pressed={hand !== null}
            disabled={desk !== 'open' || busy}
            leftSection={<IconHandStop size={18} aria-hidden />}
            rightSection={<Kbd size="xs" className={classes.key}>R</Kbd>}
            onClick={() => void run(() => (hand ? softphone.lowerHand() : softphone.raiseHand(noteOf(snapshot))))}
          >
            {hand ? <Trans>Lower hand</Trans> : <Trans>Raise hand</Trans>}
          </Button>
          <Button
            variant={sos ? 'filled' : 'outline'}
            color="red"
            disabled={!inCall || busy}
            leftSection={<IconSos size={18} aria-hidden />}
            onClick={() => void run(() => softphone.sos(noteOf(snapshot)))}
          >
            SOS
          </Button>
        </Group>
        {hand && <Waiting request={hand} />}
        {sos && <Waiting request={sos} />}
        {inCall && call.view.sos && <Procedure warned={call.view.warned} talking={call.view.phase === 'talking'} />}
      </Stack>
    </Card>
  );
}

/** Whether somebody is on the way. */
function Waiting({ request }: { request: HelpRequest }) {
  const now = useServerNow();
  const { acknowledged, raisedAt, kind } = request;
  const lasting = formatDuration(now - Date.parse(raisedAt));
  return (
    <Text size="sm" role="status" {...(acknowledged && { c: 'teal.8' })}>
      {kind === 'sos' ? 'SOS' : <Trans>Hand raised</Trans>} · <span className="scc-digits">{lasting}</span> ·{' '}
      {acknowledged ? <Trans>{acknowledged.name} takes care of it</Trans> : <Trans>Supervisors are told</Trans>}
    </Text>
  );
}

/** First the warning, then the end of the call. */
function Procedure({ warned, talking }: { warned: boolean; talking: boolean }) {
  const { run, busy } = useCommand();
  return (
    <Stack gap={6}>
      <Button
        variant="default"
        size="xs"
        disabled={busy || !talking}
        leftSection={<IconSpeakerphone size={16} aria-hidden />}
        onClick={() => void run(() => softphone.announce('warning'))}
      >
        {warned ? <Trans>Play the warning again</Trans> : <Trans>Play the warning to the caller</Trans>}
      </Button>
      <Button
        variant="outline"
        color="red"
        size="xs"
        disabled={busy || !talking || !warned}
        leftSection={<IconPhoneOff size={16} aria-hidden />}
        onClick={() => void run(() => softphone.announce('ending'))}
      >
        <Trans>Announce the end and hang up</Trans>
      </Button>
      {!warned && (
        <Text size="xs" c="dimmed">
          <Trans>The call can be ended after the warning.</Trans>
        </Text>
      )}
    </Stack>
  );
}
