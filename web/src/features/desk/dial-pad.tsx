import { Button, Card, Collapse, Group, SegmentedControl, Select, Stack, TextInput, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconPhoneOutgoing } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { listCalls } from '../../../../shared/api/calls.ts';
import { listCallerIds } from '../../../../shared/api/numbers.ts';
import { Keypad } from '../../components/keypad.tsx';
import { call } from '../../lib/api.ts';
import { formatPhone } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { dialledNumbers, withPrefix, type Showing } from './redial.ts';

/** Calls a number, with the number to show and whether it is shown. */
export function DialPad() {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { agent, desk, microphone } = useSoftphone();
  const [number, setNumber] = useState('');
  const [more, setMore] = useState(false);
  const [callerId, setCallerId] = useState<string | null>(null);
  const [showing, setShowing] = useState<Showing>('default');
  const free = desk === 'open' && agent?.work === 'idle' && microphone === 'ok';

  const dial = async (typed: string): Promise<void> => {
    if (!free || typed.trim() === '') return;
    if (await run(() => softphone.dial(withPrefix(typed.trim(), showing), callerId))) setNumber('');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void dial(number);
  };

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Outbound call`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={2} size="h5">
              <Trans>Outbound call</Trans>
            </Title>
            <UnstyledButton onClick={() => setMore((shown) => !shown)} aria-expanded={more} aria-label={t`Keypad, number to show, redial`}>
              <IconChevronDown size={18} aria-hidden />
            </UnstyledButton>
          </Group>
          <Group gap="xs" wrap="nowrap" align="flex-end">
            <TextInput
              type="tel"
              label={t`Phone number`}
              placeholder="03-1234-5678"
              value={number}
              maxLength={40}
              style={{ flex: 1 }}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            <Button type="submit" px="sm" disabled={!free || busy || number.trim() === ''} leftSection={<IconPhoneOutgoing size={18} aria-hidden />}>
              <Trans>Dial</Trans>
            </Button>
          </Group>
          <Collapse expanded={more}>
            {more && (
              <Stack gap="sm">
                <Keypad onDigit={(digit) => setNumber((typed) => typed + digit)} />
                <CallerIdChoice value={callerId} onChange={setCallerId} />
                <SegmentedControl
                  size="xs"
                  fullWidth
                  aria-label={t`Show the own number`}
                  value={showing}
                  onChange={(next) => setShowing(next as Showing)}
                  data={[
                    { value: 'default', label: t`As usual` },
                    { value: '184', label: t`184 withhold` },
                    { value: '186', label: t`186 show` },
                  ]}
                />
                <Redial disabled={!free || busy} onDial={(again) => void dial(again)} />
              </Stack>
            )}
          </Collapse>
        </Stack>
      </form>
    </Card>
  );
}

/** The company's numbers that can be shown to who is called. */
function CallerIdChoice({ value, onChange }: { value: string | null; onChange: (number: string | null) => void }) {
  const { t } = useLingui();
  const query = useQuery({ queryKey: [listCallerIds.id], queryFn: ({ signal }) => call(listCallerIds, {}, signal), staleTime: 60_000 });
  const options = (query.data?.callerIds ?? []).map(({ number, display, label }) => ({ value: number, label: `${display}  ${label}` }));
  return <Select label={t`Number to show`} placeholder={t`As the route says`} data={options} value={value} onChange={onChange} clearable size="xs" />;
}

/** The numbers called last by this agent, newest first. */
function Redial({ disabled, onDial }: { disabled: boolean; onDial: (number: string) => void }) {
  const { t } = useLingui();
  const { user } = useSession();
  const query = useQuery({
    queryKey: [listCalls.id, 'redial', user?.id],
    queryFn: ({ signal }) => call(listCalls, { query: { direction: 'outbound', limit: 30, ...(user && { agentId: user.id }) } }, signal),
  });
  const numbers = dialledNumbers(query.data?.items ?? []);
  if (numbers.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={t`Redial`}>
      {numbers.map((number) => (
        <Button key={number} size="compact-sm" variant="default" disabled={disabled} aria-label={t`Call ${formatPhone(number)} again`} onClick={() => onDial(number)}>
          {formatPhone(number)}
        </Button>
      ))}
    </Group>
  );
}
