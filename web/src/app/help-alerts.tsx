import { ActionIcon, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconChevronDown, IconChevronUp, IconCoffee, IconHandStop, IconHeadphones, IconHistory, IconSos } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { callTail } from '../../../shared/api/recordings.ts';
import type { HelpRequest } from '../../../shared/events.ts';
import { callBinary } from '../lib/api.ts';
import { formatDuration } from '../lib/format.ts';
import { useProblemText } from '../lib/problem-text.ts';
import { useSession } from '../lib/session.ts';
import { events } from '../softphone/events.ts';
import { Ringer } from '../softphone/ringer.ts';
import { useCommand } from '../softphone/use-command.ts';
import { softphone, useServerNow } from '../softphone/use-softphone.ts';
import { CallLink } from '../records/links.tsx';
import classes from './help-alerts.module.css';
import { useOpenHelp, watchHelp } from './help-feed.ts';

const CARE_MINUTES = 10;
/** An unanswered SOS is heard for this long, ms. */
const SOUND_MS = 15_000;

/** Agents who ask for help, on every page of a supervisor. */
export function HelpAlerts() {
  const { t } = useLingui();
  const open = useOpenHelp();
  const [small, setSmall] = useState(false);
  useEffect(() => watchHelp(), []);
  useSosSound(open.find(({ kind, acknowledged }) => kind === 'sos' && acknowledged === null) ?? null);
  if (open.length === 0) return null;
  const urgent = open.some(({ kind }) => kind === 'sos');
  return (
    <Paper className={urgent ? `${classes.panel} ${classes.urgent}` : classes.panel} shadow="lg" component="section" aria-label={t`Requests for help`}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={700} role="alert">
          <Trans>Requests for help</Trans> {open.length}
        </Text>
        <ActionIcon variant="subtle" color="gray.7" aria-label={small ? t`Show` : t`Make small`} aria-expanded={!small} onClick={() => setSmall(!small)}>
          {small ? <IconChevronUp size={18} aria-hidden /> : <IconChevronDown size={18} aria-hidden />}
        </ActionIcon>
      </Group>
      {!small && (
        <Stack gap="sm" mt="xs" component="ul" p={0} m={0} className={classes.list}>
          {open.map((request) => (
            <Request key={request.id} request={request} />
          ))}
        </Stack>
      )}
    </Paper>
  );
}

/** Sounds and shows itself in the title until somebody answers, for a while. */
function useSosSound(sos: HelpRequest | null): void {
  const { t } = useLingui();
  const [ringer] = useState(() => new Ringer());
  const id = sos?.id;
  const title = t`SOS from an agent`;
  const name = sos?.agentName ?? '';
  useEffect(() => {
    if (id === undefined) return undefined;
    ringer.start(title, name);
    const timer = setTimeout(() => ringer.stop(), SOUND_MS);
    return () => {
      clearTimeout(timer);
      ringer.stop();
    };
    // A change of language is no new SOS.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, ringer]);
}

function Request({ request }: { request: HelpRequest }) {
  const { t } = useLingui();
  const { can, user } = useSession();
  const { run, busy } = useCommand();
  const now = useServerNow();
  const { id, kind, agentId, agentName, callId, caller, note, raisedAt, acknowledged } = request;
  const lasting = formatDuration(now - Date.parse(raisedAt));
  return (
    <li>
      <Group gap={6} wrap="nowrap">
        {kind === 'sos' ? <IconSos size={20} color="var(--mantine-color-red-8)" aria-hidden /> : <IconHandStop size={20} aria-hidden />}
        <Text size="sm" fw={600}>
          {kind === 'sos' ? 'SOS' : <Trans>Hand raised</Trans>} · {agentName} · <span className="scc-digits">{lasting}</span>
        </Text>
      </Group>
      {callId !== null && (
        <Text size="sm">
          <CallLink id={callId}>{caller || <Trans>Call</Trans>}</CallLink>
        </Text>
      )}
      {note !== '' && (
        <Text size="sm" lineClamp={3} className={classes.note}>
          {note}
        </Text>
      )}
      {acknowledged && (
        <Text size="xs" c="dimmed">
          <Trans>{acknowledged.name} takes care of it</Trans>
        </Text>
      )}
      <Group gap={6} mt={4}>
        {acknowledged === null && (
          <Button size="compact-sm" disabled={busy} onClick={() => void run(() => events.send({ type: 'help.acknowledge', helpId: id }))}>
            <Trans>I take care of it</Trans>
          </Button>
        )}
        {callId !== null && agentId !== user?.id && can('call.handle') && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={busy}
            leftSection={<IconHeadphones size={16} aria-hidden />}
            onClick={() => void run(() => softphone.supervise(callId, 'monitor', false))}
          >
            <Trans>Monitor</Trans>
          </Button>
        )}
        {callId !== null && <TailButton callId={callId} />}
        {kind === 'sos' && can('agent.manage') && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={busy}
            leftSection={<IconCoffee size={16} aria-hidden />}
            onClick={() => void run(() => events.send({ type: 'care.start', agentId, minutes: CARE_MINUTES }))}
          >
            <Trans>Care break ({CARE_MINUTES} min)</Trans>
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          disabled={busy}
          leftSection={<IconCheck size={16} aria-hidden />}
          aria-label={t`Done: ${agentName}`}
          onClick={() => void run(() => events.send({ type: 'help.end', helpId: id }))}
        >
          <Trans>Done</Trans>
        </Button>
      </Group>
    </li>
  );
}

/** Plays what was said in the last half minute. */
function TailButton({ callId }: { callId: string }) {
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);
  const play = async (): Promise<void> => {
    setBusy(true);
    try {
      const url = URL.createObjectURL(await callBinary(callTail, { params: { id: callId }, query: {} }));
      const audio = new Audio(url);
      audio.addEventListener('ended', () => URL.revokeObjectURL(url));
      await audio.play();
    } catch (error) {
      notifications.show({ color: 'red', message: problemText(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="compact-sm" variant="default" loading={busy} leftSection={<IconHistory size={16} aria-hidden />} onClick={() => void play()}>
      <Trans>Last 30 s</Trans>
    </Button>
  );
}
