import { Button, Card, Collapse, Group, Stack, TextInput, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconPhoneOutgoing } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Keypad } from '../../components/keypad.tsx';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';
import { useCommand } from '../../softphone/use-command.ts';

/** Calls a number. */
export function DialPad() {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { agent, desk, microphone } = useSoftphone();
  const [number, setNumber] = useState('');
  const [keys, setKeys] = useState(false);
  const free = desk === 'open' && agent?.work === 'idle' && microphone === 'ok';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!free || number.trim() === '') return;
    if (await run(() => softphone.dial(number.trim()))) setNumber('');
  };

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Outbound call`}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={2} size="h5">
              <Trans>Outbound call</Trans>
            </Title>
            <UnstyledButton onClick={() => setKeys((shown) => !shown)} aria-expanded={keys} aria-label={t`Keypad`}>
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
          <Collapse expanded={keys}>
            <Keypad onDigit={(digit) => setNumber((typed) => typed + digit)} />
          </Collapse>
        </Stack>
      </form>
    </Card>
  );
}
