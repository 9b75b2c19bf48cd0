import { Alert, Button, Code, Group, SimpleGrid, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPrinter } from '@tabler/icons-react';
import { CopyValue } from '../../records/copy-value.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';

/** The recovery codes, the only time that they are seen. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Keep your recovery codes</Trans>}>
      <RecoveryCodes codes={codes} onKept={onClose} />
    </FormDialog>
  );
}

export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useLingui();
  return (
    <Stack gap="md">
      <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>The codes are shown only now</Trans>}>
        <Trans>Print them or write them down. Each lets you in once when you do not have your telephone or your passkey.</Trans>
      </Alert>
      <SimpleGrid cols={2} spacing="xs">
        {codes.map((code) => (
          <Code key={code} fz="md" ta="center">
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group justify="space-between">
        <Group gap="xs">
          <CopyValue value={codes.join('\n')} label={t`Copy the recovery codes`} />
          <Button size="compact-sm" variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
            <Trans>Print</Trans>
          </Button>
        </Group>
        <Button onClick={onKept}>
          <Trans>I have kept them</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
