import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createExport, listExports } from '../../../../shared/api/exports.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useProof } from '../../records/proof-input.tsx';
import { useSave } from '../../records/use-save.ts';

/** Asks why, and for the own password or a confirmation by the provider of single sign-on: an unlocked desk is not enough to take everything out. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const proof = useProof();
  const ask = useSave({
    run: () => call(createExport, { body: { reason: reason.trim(), password: proof.password } }),
    refresh: [listExports.id],
    done: t`Export asked for`,
    onDone: onClose,
  });
  const incomplete = reason.trim() === '' || !proof.ready;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) ask.mutate(undefined);
  };
  return (
    <FormDialog title={<Trans>Ask for an export</Trans>} keep onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            <Trans>Every record and recording of the company leaves the product. The reason is written to the audit log and into the export.</Trans>
          </Text>
          <Textarea label={t`Reason`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} required autosize minRows={2} data-autofocus />
          {proof.input}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={ask.isPending} disabled={incomplete}>
              <Trans>Ask for an export</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
