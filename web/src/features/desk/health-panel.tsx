import { Alert, Button, Card, Group, List, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCircleCheckFilled, IconLoader2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { type HealthCause, type HealthLevel, healthOf, type HealthPart } from './health.ts';
import { SoundSettings } from './sound-settings.tsx';

/** Microphone, network, sound connection and the page itself: each well or not, and what to do. */
export function HealthPanel() {
  const { t } = useLingui();
  const snapshot = useSoftphone();
  const parts = healthOf(snapshot);
  const problems = parts.filter((part) => part.level === 'problem');
  const warnings = parts.filter((part) => part.level === 'warn');
  const names: Record<HealthPart['part'], string> = { microphone: t`Microphone`, network: t`Network`, media: t`Sound connection`, tab: t`Browser tab` };

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Health of the desk`}>
      <Stack gap="xs">
        {parts.map((part) => (
          <Group key={part.part} gap="xs" wrap="nowrap" justify="space-between">
            <Group gap="xs" wrap="nowrap">
              <LevelIcon level={part.level} />
              <Text size="sm" fw={500}>
                {names[part.part]}
              </Text>
            </Group>
            <Text size="sm" c={part.level === 'problem' ? 'red.8' : 'gray.7'} ta="right" data-health={part.part} data-level={part.level}>
              <LevelText part={part} />
            </Text>
          </Group>
        ))}
        {problems.length > 0 && (
          <Alert color="red" variant="light" p="sm" role="alert" icon={<IconAlertTriangle aria-hidden />}>
            <Stack gap="sm">
              <Text size="sm" fw={600}>
                <Trans>You are not offered calls until this is solved.</Trans>
              </Text>
              {problems.map((part) => (
                <Advice key={part.part} cause={part.cause} />
              ))}
            </Stack>
          </Alert>
        )}
        {problems.length === 0 && warnings.length > 0 && (
          <Alert color="yellow" variant="light" p="sm" icon={<IconAlertTriangle aria-hidden />}>
            <Stack gap="sm">
              <Text size="sm" fw={600}>
                <Trans>You are offered calls, but they may sound bad.</Trans>
              </Text>
              {warnings.map((part) => (
                <Advice key={part.part} cause={part.cause} />
              ))}
            </Stack>
          </Alert>
        )}
        <SoundSettings />
      </Stack>
    </Card>
  );
}

function LevelIcon({ level }: { level: HealthLevel }) {
  if (level === 'ok') return <IconCircleCheckFilled size={18} color="var(--mantine-color-teal-7)" aria-hidden />;
  if (level === 'wait') return <IconLoader2 size={18} color="var(--mantine-color-gray-6)" aria-hidden />;
  return <IconAlertTriangle size={18} color={level === 'warn' ? 'var(--mantine-color-yellow-8)' : 'var(--mantine-color-red-7)'} aria-hidden />;
}

function LevelText({ part }: { part: HealthPart }) {
  const { health } = useSoftphone();
  if (part.level === 'problem') return <Trans>Problem</Trans>;
  if (part.level === 'warn') return part.cause === 'slow' ? <Trans>Slow</Trans> : <Trans>Loses sound</Trans>;
  if (part.cause === 'asking') return <Trans>Waiting for permission</Trans>;
  if (part.cause === 'afterMicrophone') return <Trans>After the microphone</Trans>;
  if (part.level === 'wait') return <Trans>Connecting</Trans>;
  const roundTrip = part.part === 'network' ? health?.roundTripMs : null;
  if (roundTrip !== null && roundTrip !== undefined) {
    return (
      <Trans>
        OK <span className="scc-digits">({roundTrip} ms)</span>
      </Trans>
    );
  }
  return <Trans>OK</Trans>;
}

function Advice({ cause }: { cause: HealthCause }) {
  switch (cause) {
    case 'refused':
      return (
        <RetryMicrophone title={<Trans>The browser does not let this page use the microphone.</Trans>}>
          <List size="sm" type="ordered" spacing={4}>
            <List.Item>
              <Trans>Press the lock or camera sign left of the address.</Trans>
            </List.Item>
            <List.Item>
              <Trans>Set the microphone to “Allow”.</Trans>
            </List.Item>
            <List.Item>
              <Trans>Press “Try again” here, or reload the page.</Trans>
            </List.Item>
          </List>
        </RetryMicrophone>
      );
    case 'missing':
      return (
        <RetryMicrophone title={<Trans>No microphone was found.</Trans>}>
          <Text size="sm">
            <Trans>Plug in your headset, or close the other program that uses it.</Trans>
          </Text>
        </RetryMicrophone>
      );
    case 'muted':
      return (
        <RetryMicrophone title={<Trans>The microphone gives no sound.</Trans>}>
          <Text size="sm">
            <Trans>Switch off the mute button of the headset or of the system.</Trans>
          </Text>
        </RetryMicrophone>
      );
    case 'insecure':
      return (
        <Text size="sm">
          <Trans>The browser gives the microphone only to pages on HTTPS. Open this page by its https:// address.</Trans>
        </Text>
      );
    case 'offline':
      return (
        <Text size="sm">
          <Trans>The connection to the server is lost. Check the network cable or Wi-Fi; the desk connects again by itself.</Trans>
        </Text>
      );
    case 'slow':
    case 'lossy':
      return (
        <Text size="sm">
          <Trans>The network is too slow or loses sound. Use a cable instead of Wi-Fi and stop large downloads.</Trans>
        </Text>
      );
    case 'noMedia':
      return (
        <Text size="sm">
          <Trans>Sound does not get through to the server. The desk tries again; if it stays so, tell your administrator that UDP may be blocked.</Trans>
        </Text>
      );
    case 'asleep':
      return (
        <Text size="sm">
          <Trans>The browser had stopped this tab. Keep it in a window of its own, and take this site off the browser’s list of tabs that may sleep.</Trans>
        </Text>
      );
    default:
      return null;
  }
}

function RetryMicrophone({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Stack gap={6} align="flex-start">
      <Text size="sm">{title}</Text>
      {children}
      <Button size="xs" variant="default" onClick={() => void softphone.retryMicrophone()}>
        <Trans>Try again</Trans>
      </Button>
    </Stack>
  );
}
