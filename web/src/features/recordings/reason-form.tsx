import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useState } from 'react';

interface Props {
  /** Why a reason is asked for. */
  children: ReactNode;
  action: ReactNode;
  busy?: boolean;
  onCancel?: () => void;
  onReason: (reason: string) => void;
}

/** Asks why, before something that is written to the audit log with its reason. */
export function ReasonForm({ children, action, busy = false, onCancel, onReason }: Props) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') onReason(reason.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{children}</Text>
        <TextInput label={t`Reason`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} required data-autofocus />
        <Group justify="flex-end">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              <Trans>Cancel</Trans>
            </Button>
          )}
          <Button type="submit" loading={busy} disabled={reason.trim() === ''}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
