import { Alert, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconMicrophoneOff, IconPhone, IconPhoneOff } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { CardPage } from '../../components/card-page.tsx';
import { Keypad } from '../../components/keypad.tsx';
import { ErrorState, PageLoading } from '../../components/list-states.tsx';
import { formatDuration } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { socketUrl } from '../../softphone/events.ts';
import { VisitorCall, type VisitorSnapshot } from '../../softphone/visitor-call.ts';
import { useWebCallInfo } from './api/use-web-call-info.ts';

interface Props {
  tenant: string;
  corner: ReactNode;
}

/** A visitor calls from the browser: no telephone, no login. */
export function WebCallPage({ tenant, corner }: Props) {
  const info = useWebCallInfo(tenant);
  return (
    <CardPage corner={corner}>
      {info.isPending && <PageLoading />}
      {info.isError && <ErrorState error={info.error} onRetry={() => void info.refetch()} />}
      {info.data && !info.data.enabled && (
        <Stack gap="xs">
          <Title order={1} size="h3">
            <Trans>Calls from this page are not possible</Trans>
          </Title>
          <Text size="sm" c="gray.7">
            <Trans>The page is switched off, or its address is mistyped. Please use the telephone.</Trans>
          </Text>
        </Stack>
      )}
      {info.data?.enabled === true && <Phone tenant={tenant} name={info.data.name} />}
    </CardPage>
  );
}

function Phone({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useLingui();
  const [call] = useState(() => new VisitorCall(socketUrl(`/api/v1/web-call/${encodeURIComponent(tenant)}`)));
  const snapshot = useSyncExternalStore(call.subscribe, call.getSnapshot);
  const [visitor, setVisitor] = useState({ name: '', number: '' });
  useEffect(() => () => call.close(), [call]);
  const running = snapshot.step === 'asking' || snapshot.step === 'active';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void call.start(visitor.name.trim(), visitor.number.trim());
  };

  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h3">
          {name}
        </Title>
        <Text size="sm" c="gray.7">
          <Trans>Call us from this page, with the microphone of this device.</Trans>
        </Text>
      </div>
      {running ? (
        <InCall call={call} snapshot={snapshot} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            {snapshot.step === 'over' && <Ending snapshot={snapshot} />}
            <TextInput
              label={t`Your name (optional)`}
              autoComplete="name"
              maxLength={100}
              value={visitor.name}
              onChange={(event) => setVisitor({ ...visitor, name: event.currentTarget.value })}
            />
            <TextInput
              type="tel"
              label={t`Your phone number (optional)`}
              description={t`Helps us to find your record and to call back`}
              autoComplete="tel"
              maxLength={40}
              value={visitor.number}
              onChange={(event) => setVisitor({ ...visitor, number: event.currentTarget.value })}
            />
            <Button type="submit" size="lg" color="teal" leftSection={<IconPhone size={22} aria-hidden />}>
              {snapshot.step === 'over' ? <Trans>Call again</Trans> : <Trans>Start the call</Trans>}
            </Button>
            <Text size="xs" c="gray.7">
              <Trans>The call may be recorded. Your browser will ask whether it may use the microphone.</Trans>
            </Text>
          </Stack>
        </form>
      )}
    </Stack>
  );
}

function InCall({ call, snapshot }: { call: VisitorCall; snapshot: VisitorSnapshot }) {
  const now = useNow();
  return (
    <Stack gap="md">
      <Stack gap={2} align="center" py="sm">
        <Text fw={700} size="lg" ta="center" role="status">
          <PhaseText snapshot={snapshot} />
        </Text>
        {snapshot.since !== null && (
          <Text className="scc-digits" c="gray.7">
            {formatDuration(now - snapshot.since)}
          </Text>
        )}
      </Stack>
      <Keypad onDigit={(digit) => call.sendDigit(digit)} disabled={snapshot.step !== 'active'} />
      <Button size="lg" color="red" leftSection={<IconPhoneOff size={22} aria-hidden />} onClick={() => call.hangUp()}>
        <Trans>Hang up</Trans>
      </Button>
    </Stack>
  );
}

function PhaseText({ snapshot }: { snapshot: VisitorSnapshot }) {
  if (snapshot.step === 'asking') return <Trans>Please allow the microphone</Trans>;
  switch (snapshot.phase) {
    case 'ivr':
      return <Trans>Please listen to the guidance and press a key</Trans>;
    case 'queued':
      return snapshot.position === null ? (
        <Trans>Waiting for an agent</Trans>
      ) : (
        <Trans>Waiting for an agent: you are number {snapshot.position}</Trans>
      );
    case 'ringing':
      return <Trans>Calling an agent</Trans>;
    case 'talking':
      return <Trans>You are talking with an agent</Trans>;
    case 'held':
      return <Trans>On hold, please wait</Trans>;
    default:
      return <Trans>Connecting</Trans>;
  }
}

/** Why the last call is over. */
function Ending({ snapshot }: { snapshot: VisitorSnapshot }) {
  const { failure, microphone } = snapshot;
  if (failure === null) {
    return (
      <Alert role="status" color="teal">
        <Trans>The call has ended. Thank you for calling.</Trans>
      </Alert>
    );
  }
  if (failure === 'microphone') {
    return (
      <Alert role="alert" color="red" icon={<IconMicrophoneOff aria-hidden />} title={<Trans>The microphone cannot be used</Trans>}>
        {microphone === 'missing' && <Trans>No microphone was found. Connect one, or call from another device.</Trans>}
        {microphone === 'insecure' && <Trans>The browser gives the microphone only to pages on HTTPS.</Trans>}
        {microphone !== 'missing' && microphone !== 'insecure' && (
          <Trans>Press the lock or camera sign left of the address, set the microphone to “Allow”, and call again.</Trans>
        )}
      </Alert>
    );
  }
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
      <FailureText code={failure} />
    </Alert>
  );
}

function FailureText({ code }: { code: string }) {
  if (code === 'too_many_calls') {
    return <Trans>Too many calls from this network. Please wait a few minutes and try again.</Trans>;
  }
  if (code === 'web_call_unavailable') return <Trans>Calls from this page are switched off. Please use the telephone.</Trans>;
  if (code === 'lost') return <Trans>The connection was lost. Check your network and call again.</Trans>;
  return <Trans>The call was not possible. Please try again later.</Trans>;
}
