import { Button, Group, Menu, Stack, Switch, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconDots, IconKey, IconPencil, IconPhoneOutgoing, IconPlus, IconQrcode } from '@tabler/icons-react';
import { useState } from 'react';
import { type Device, listDevices, type Provisioning, resetDevicePassword, updateDevice } from '../../../../shared/api/devices.ts';
import classes from '../../components/stacked-table.module.css';
import { call } from '../../lib/api.ts';
import { formatClock } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { ListState } from '../../records/list-state.tsx';
import { Question } from '../../records/question.tsx';
import { Columns, StackedFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { DeviceForm } from './device-form.tsx';
import { NewPassword, ProvisioningDialog } from './provisioning.tsx';
import { TestCall } from './test-call.tsx';

const EVERY_MS = 4_000;

type Open = { what: 'form'; device: Device | null } | { what: 'reset' | 'provisioning' | 'test'; device: Device } | { what: 'secret'; secret: Secret };
interface Secret {
  password: string;
  provisioning: Provisioning;
}

/** SIP telephones: whose they are and where they are registered right now. */
export function Devices() {
  const { t } = useLingui();
  const [open, setOpen] = useState<Open | null>(null);
  const list = useList([listDevices.id], (cursor, signal) => call(listDevices, { query: cursor === undefined ? {} : { cursor } }, signal), { everyMs: EVERY_MS });
  const close = () => setOpen(null);
  const tell = (secret: Secret) => setOpen({ what: 'secret', secret });
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen({ what: 'form', device: null })}>
        <Trans>New telephone</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No telephones yet`, hint: t`Desk phones and softphones register with a user name and a password made here.` }}>
        {(devices) => <DeviceTable devices={devices} onOpen={setOpen} />}
      </ListState>
      {open?.what === 'form' && <DeviceForm stored={open.device} onClose={close} onSecret={tell} />}
      {open?.what === 'reset' && <ResetQuestion device={open.device} onClose={close} onSecret={tell} />}
      {open?.what === 'provisioning' && <ProvisioningDialog device={open.device} onClose={close} />}
      {open?.what === 'test' && <TestCall to={{ kind: 'device', username: open.device.username }} onClose={close} />}
      {open?.what === 'secret' && <NewPassword secret={open.secret} onClose={close} />}
    </Stack>
  );
}

function DeviceTable({ devices, onOpen }: { devices: Device[]; onOpen: (open: Open) => void }) {
  return (
    <StackedFrame>
      <Table className={classes.table ?? ''} verticalSpacing="xs">
        <Columns actions>
          <Trans>User name</Trans>
          <Trans>Used by</Trans>
          <Trans>Registration</Trans>
          <Trans>Enabled</Trans>
        </Columns>
        <Table.Tbody>
          {devices.map((device) => (
            <DeviceRow key={device.id} device={device} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </StackedFrame>
  );
}

function DeviceRow({ device, onOpen }: { device: Device; onOpen: (open: Open) => void }) {
  const { t } = useLingui();
  const toggle = useSave({
    run: () => call(updateDevice, { params: { id: device.id }, body: { enabled: !device.enabled } }),
    refresh: [listDevices.id],
    done: (now) => (now.enabled ? t`The telephone may register` : t`The telephone is disabled and no longer registered`),
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {device.username}
        </Text>
        {device.label !== '' && (
          <Text size="xs" c="dimmed">
            {device.label}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label={t`Used by`}>{device.userName || '–'}</Table.Td>
      <Table.Td data-label={t`Registration`}>
        <Contacts contacts={device.contacts} />
        {device.allowMd5 && (
          <Tag color="orange" icon={IconAlertTriangle}>
            <Trans>MD5 allowed</Trans>
          </Tag>
        )}
      </Table.Td>
      <Table.Td data-label={t`Enabled`}>
        <Switch checked={device.enabled} disabled={toggle.isPending} onChange={() => toggle.mutate(undefined)} aria-label={t`${device.username} is enabled`} />
      </Table.Td>
      <Table.Td className={classes.wide ?? ''}>
        <DeviceActions device={device} onOpen={onOpen} />
      </Table.Td>
    </Table.Tr>
  );
}

function Contacts({ contacts }: { contacts: Device['contacts'] }) {
  const { i18n } = useLingui();
  if (contacts.length === 0) {
    return (
      <Tag>
        <Trans>Not registered</Trans>
      </Tag>
    );
  }
  return (
    <Stack gap={6}>
      {contacts.map(({ uri, address, transport, expiresAt }) => (
        <div key={uri}>
          <Group gap={6}>
            <Tag color="teal">
              <Trans>Registered</Trans>
            </Tag>
            <Text size="sm" className="scc-digits">
              {address} {transport.toUpperCase()}
            </Text>
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            <Trans>until {formatClock(expiresAt, i18n.locale)}</Trans> · {uri}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function DeviceActions({ device, onOpen }: { device: Device; onOpen: (open: Open) => void }) {
  const { t } = useLingui();
  const { can } = useSession();
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Button size="compact-sm" variant="default" aria-label={t`Settings of ${device.username}`} leftSection={<IconQrcode size={16} aria-hidden />} onClick={() => onOpen({ what: 'provisioning', device })}>
        <Trans>Set up</Trans>
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="default" aria-label={t`More for ${device.username}`}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={18} aria-hidden />} onClick={() => onOpen({ what: 'form', device })}>
            <Trans>Edit</Trans>
          </Menu.Item>
          {can('call.handle') && (
            <Menu.Item disabled={device.contacts.length === 0} leftSection={<IconPhoneOutgoing size={18} aria-hidden />} onClick={() => onOpen({ what: 'test', device })}>
              <Trans>Test call</Trans>
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconKey size={18} aria-hidden />} onClick={() => onOpen({ what: 'reset', device })}>
            <Trans>New password</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function ResetQuestion({ device, onClose, onSecret }: { device: Device; onClose: () => void; onSecret: (secret: Secret) => void }) {
  const { t } = useLingui();
  const reset = useSave({
    run: () => call(resetDevicePassword, { params: { id: device.id } }),
    refresh: [listDevices.id],
    done: t`The telephone has a new password`,
    onDone: onSecret,
  });
  const name = device.username;
  return (
    <Question title={<Trans>New password for “{name}”?</Trans>} yes={<Trans>New password</Trans>} busy={reset.isPending} onYes={() => reset.mutate(undefined)} onClose={onClose}>
      <Trans>The telephone is no longer registered until it is told the new password.</Trans>
    </Question>
  );
}
