import { Alert, Button, Code, DataList, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPrinter } from '@tabler/icons-react';
import { type Device, deviceProvisioning, type Provisioning } from '../../../../shared/api/devices.ts';
import { ErrorState, PageLoading } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { QrCode } from '../../records/qr-code.tsx';
import { useOne } from '../../records/use-one.ts';

/** The settings of a telephone with its password, right after it was made: the only time that the password is seen. */
export function NewPassword({ secret, onClose }: { secret: { password: string; provisioning: Provisioning }; onClose: () => void }) {
  const { username } = secret.provisioning;
  return (
    <FormDialog keep size="lg" onClose={onClose} title={<Trans>Set up “{username}”</Trans>}>
      <Stack gap="md">
        <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>The password is shown only now</Trans>}>
          <Trans>Enter it in the telephone, or read the QR code with it, before you close this. The QR code holds the password.</Trans>
        </Alert>
        <ProvisioningView provisioning={secret.provisioning} password={secret.password} />
        <Group justify="flex-end">
          <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            <Trans>Print</Trans>
          </Button>
          <Button onClick={onClose}>
            <Trans>I have kept it</Trans>
          </Button>
        </Group>
      </Stack>
    </FormDialog>
  );
}

/** The settings of a telephone, without its password. */
export function ProvisioningDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const query = useOne([deviceProvisioning.id, device.id], (signal) => call(deviceProvisioning, { params: { id: device.id } }, signal));
  const { username } = device;
  return (
    <FormDialog size="lg" onClose={onClose} title={<Trans>Settings of “{username}”</Trans>}>
      {query.isPending && <PageLoading />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <Stack gap="md">
          <Text size="sm" c="gray.7">
            <Trans>The password is not shown again. If it is lost, give the telephone a new one.</Trans>
          </Text>
          <ProvisioningView provisioning={query.data} password={null} />
        </Stack>
      )}
    </FormDialog>
  );
}

function ProvisioningView({ provisioning, password }: { provisioning: Provisioning; password: string | null }) {
  const { t } = useLingui();
  const { username, realm, server, port, transports, tlsPort, uri } = provisioning;
  const rows = [
    { label: t`User name`, value: username, code: true },
    ...(password === null ? [] : [{ label: t`Password`, value: password, code: true }]),
    { label: t`Domain (realm)`, value: realm, code: true },
    { label: t`SIP server`, value: server, code: true },
    { label: t`Port`, value: String(port), code: true },
    ...(tlsPort === null ? [] : [{ label: t`Port for TLS`, value: String(tlsPort), code: true }]),
    { label: t`Transport`, value: transports.map((transport) => transport.toUpperCase()).join(', '), code: false },
  ];
  return (
    <Group align="flex-start" gap="lg">
      <DataList labelWidth={130} flex={1} miw={240}>
        {rows.map((row) => (
          <DataList.Item key={row.label}>
            <DataList.ItemLabel>{row.label}</DataList.ItemLabel>
            <DataList.ItemValue>
              {row.code ? (
                <Group gap={6}>
                  <Code fz="sm" style={{ overflowWrap: 'anywhere' }}>
                    {row.value}
                  </Code>
                  <CopyValue value={row.value} label={t`Copy: ${row.label}`} />
                </Group>
              ) : (
                row.value
              )}
            </DataList.ItemValue>
          </DataList.Item>
        ))}
      </DataList>
      <QrCode text={uri} size={208} label={t`QR code with the settings of the telephone`} />
    </Group>
  );
}
