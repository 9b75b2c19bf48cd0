import { Button, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconEye, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { type CalibrationDetail, cancelCalibration, closeCalibration, getCalibration, listCalibrations } from '../../../../shared/api/calibrations.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';

const REFRESH = [getCalibration.id, listCalibrations.id];

/** What the keeper of a session does: show the scores to everybody, or give the session up. */
export function CalibrationActions({ item }: { item: CalibrationDetail }) {
  const { t } = useLingui();
  const { can } = useSession();
  const close = useSave({ run: () => call(closeCalibration, { params: { id: item.id } }), refresh: REFRESH, done: t`The session is closed; everybody sees the scores` });
  if (item.state !== 'open' || !can('quality.manage')) return null;
  const submitted = item.participants.filter(({ submittedAt }) => submittedAt !== null).map(({ userId }) => userId);
  const isReady = submitted.length >= 2 && (item.referenceId === null || submitted.includes(item.referenceId));
  return (
    <>
      <Cancel item={item} />
      <Button leftSection={<IconEye size={18} aria-hidden />} disabled={!isReady} loading={close.isPending} onClick={() => close.mutate(undefined)}>
        <Trans>Close and compare</Trans>
      </Button>
    </>
  );
}

function Cancel({ item }: { item: CalibrationDetail }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const cancel = useSave({ run: () => call(cancelCalibration, { params: { id: item.id } }), refresh: REFRESH, done: t`The session was cancelled` });
  return (
    <>
      <Button variant="default" leftSection={<IconX size={18} aria-hidden />} onClick={() => setAsking(true)}>
        <Trans>Cancel the session</Trans>
      </Button>
      {asking && (
        <FormDialog title={<Trans>Cancel this session?</Trans>} onClose={() => setAsking(false)}>
          <Stack gap="md">
            <Text size="sm">
              <Trans>No more scores are taken, and nobody sees those that were handed in.</Trans>
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)}>
                <Trans>Keep it</Trans>
              </Button>
              <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
                <Trans>Cancel the session</Trans>
              </Button>
            </Group>
          </Stack>
        </FormDialog>
      )}
    </>
  );
}
