import { Alert, Button, Group, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { exportAudit, verifyAudit } from '../../../../shared/api/audit.ts';
import { call, callBinary } from '../../lib/api.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { saveFile } from '../../records/save-file.ts';
import { useProblemText } from '../../lib/problem-text.ts';

/** Proves the chain, and hands out the entries for a proof without us. */
export function AuditActions({ range }: { range: { from?: string; to?: string } }) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const verify = useMutation({ mutationFn: () => call(verifyAudit, {}) });
  const save = useMutation({
    mutationFn: () => callBinary(exportAudit, { query: range }),
    onSuccess: (file) => {
      saveFile(file, 'audit.jsonl');
      notifications.show({ color: 'teal', message: t`The audit log was exported` });
    },
    onError: (error) => notifications.show({ color: 'red', title: t`Not exported`, message: problemText(error), autoClose: 10_000 }),
  });
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Button variant="default" leftSection={<IconShieldCheck size={18} aria-hidden />} loading={verify.isPending} onClick={() => verify.mutate()}>
          <Trans>Verify the log</Trans>
        </Button>
        <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} loading={save.isPending} onClick={() => save.mutate()}>
          <Trans>Export</Trans>
        </Button>
      </Group>
      {verify.isError && <ErrorState error={verify.error} onRetry={() => verify.mutate()} />}
      {verify.data && <Verdict {...verify.data} />}
    </Stack>
  );
}

function Verdict({ whole, entries, brokenAt, reason }: { whole: boolean; entries: number; brokenAt: number | null; reason: string }) {
  if (whole) {
    return (
      <Alert color="teal" role="status" icon={<IconShieldCheck aria-hidden />} title={<Trans>The log is whole</Trans>}>
        <Trans>All {entries} entries were recomputed; none was changed, removed or put in.</Trans>
      </Alert>
    );
  }
  return (
    <Alert color="red" role="alert" icon={<IconShieldX aria-hidden />} title={<Trans>The log is broken</Trans>}>
      {brokenAt !== null && (
        <Trans>
          Entry {brokenAt} is the first that does not fit ({reason}). Keep the system as it is and tell the operator.
        </Trans>
      )}
    </Alert>
  );
}
