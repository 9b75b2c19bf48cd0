import { Button, Card, Group, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconParking } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone, useSoftphone } from '../../softphone/use-softphone.ts';

/** Takes a parked caller by the number that a colleague read out. */
export function PickUp() {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { agent, desk, microphone } = useSoftphone();
  const enabled = desk === 'open' && (agent?.work === 'idle' || agent?.work === 'wrapUp') && microphone === 'ok';
  const [slot, setSlot] = useState('');
  const number = /^\d{3,6}$/.test(slot) ? Number(slot) : null;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (enabled && number !== null && (await run(() => softphone.pickUp(number)))) setSlot('');
  };
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Parked call`}>
      <form onSubmit={(event) => void submit(event)}>
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            label={t`Parked call`}
            placeholder="701"
            inputMode="numeric"
            value={slot}
            maxLength={6}
            style={{ flex: 1 }}
            onChange={(event) => setSlot(event.currentTarget.value.normalize('NFKC').trim())}
          />
          <Button type="submit" px="sm" variant="default" disabled={!enabled || busy || number === null} leftSection={<IconParking size={18} aria-hidden />}>
            <Trans>Pick up</Trans>
          </Button>
        </Group>
      </form>
    </Card>
  );
}
