import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { listVoicemailBoxes, setVoicemailPin, type VoicemailBox } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';

/** Sets the PIN by which telephones open a box, or takes it away. */
export function PinForm({ box, onClose }: { box: VoicemailBox; onClose: () => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const pin = typed.normalize('NFKC').trim();
  const isPin = /^\d{4,10}$/.test(pin);
  const save = useSave({
    run: (next: string | null) => call(setVoicemailPin, { params: { id: box.id }, body: { pin: next } }),
    refresh: [listVoicemailBoxes.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPin) save.mutate(pin);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>PIN of “{box.name}”</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">
            <Trans>
              To listen by telephone, dial *97 from a registered telephone, or a number whose call flow leads there, and enter {box.number} and the PIN.
            </Trans>
          </Text>
          <PasswordInput label={t`New PIN`} description={t`4 to 10 digits, not 1234 or the like`} inputMode="numeric" autoComplete="off" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} error={typed !== '' && !isPin && typed.length >= 4 ? t`Digits only` : undefined} maxLength={10} required data-autofocus />
          <Group justify="space-between">
            {box.hasPin ? (
              <Button variant="subtle" color="red" disabled={save.isPending} onClick={() => save.mutate(null)}>
                <Trans>Take the PIN away</Trans>
              </Button>
            ) : (
              <span />
            )}
            <Group gap="sm">
              <Button variant="default" onClick={onClose}>
                <Trans>Cancel</Trans>
              </Button>
              <Button type="submit" loading={save.isPending} disabled={!isPin}>
                <Trans>Save</Trans>
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
