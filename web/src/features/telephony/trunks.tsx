import { Button, Group, Menu, Stack, Switch, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDots, IconPhoneOutgoing, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { deleteTrunk, listTrunks, type Trunk, updateTrunk } from '../../../../shared/api/trunks.ts';
import classes from '../../components/stacked-table.module.css';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { ListState } from '../../records/list-state.tsx';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { Columns, StackedFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { TestCall } from './test-call.tsx';
import { TrunkForm } from './trunk-form.tsx';
import { TrunkStateTags } from './trunk-state.tsx';

const EVERY_MS = 4_000;

type Open = { what: 'form'; trunk: Trunk | null } | { what: 'remove' | 'test'; trunk: Trunk };

/** Lines to carriers with how they are right now. */
export function Trunks() {
  const { t } = useLingui();
  const [open, setOpen] = useState<Open | null>(null);
  const list = useList([listTrunks.id], (cursor, signal) => call(listTrunks, { query: cursor === undefined ? {} : { cursor } }, signal), { everyMs: EVERY_MS });
  const close = () => setOpen(null);
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen({ what: 'form', trunk: null })}>
        <Trans>New trunk</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No trunks yet`, hint: t`A trunk connects to a telephone carrier. Without one nobody can be called outside.` }}>
        {(trunks) => <TrunkTable trunks={trunks} onOpen={setOpen} />}
      </ListState>
      {open?.what === 'form' && <TrunkForm stored={open.trunk} onClose={close} />}
      {open?.what === 'remove' && <RemoveTrunk trunk={open.trunk} onClose={close} />}
      {open?.what === 'test' && <TestCall to={{ kind: 'trunk', trunkId: open.trunk.id, name: open.trunk.name }} onClose={close} />}
    </Stack>
  );
}

function TrunkTable({ trunks, onOpen }: { trunks: Trunk[]; onOpen: (open: Open) => void }) {
  return (
    <StackedFrame>
      <Table className={classes.table ?? ''} verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>Server</Trans>
          <Trans>State</Trans>
          <Table.Th style={{ whiteSpace: 'nowrap' }}>
            <Trans>Channels used</Trans>
          </Table.Th>
          <Trans>Last change</Trans>
          <Trans>Enabled</Trans>
        </Columns>
        <Table.Tbody>
          {trunks.map((trunk) => (
            <TrunkRow key={trunk.id} trunk={trunk} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </StackedFrame>
  );
}

function TrunkRow({ trunk, onOpen }: { trunk: Trunk; onOpen: (open: Open) => void }) {
  const { i18n, t } = useLingui();
  const profiles = { generic: t`Generic SIP`, ngn: t`NGN type`, kddi: t`KDDI type` };
  const { state } = trunk;
  const toggle = useSave({
    run: () => call(updateTrunk, { params: { id: trunk.id }, body: { enabled: !trunk.enabled } }),
    refresh: [listTrunks.id],
    done: (now) => (now.enabled ? t`The trunk is enabled` : t`The trunk is disabled; calls in progress go on`),
  });
  const port = trunk.port === null ? '' : `:${trunk.port}`;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {trunk.name}
        </Text>
        <Text size="xs" c="dimmed">
          {profiles[trunk.profile]}
        </Text>
      </Table.Td>
      <Table.Td data-label={t`Server`}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {trunk.host}
          {port} {trunk.transport.toUpperCase()}
        </Text>
        <Text size="xs" c="dimmed">
          {trunk.kind === 'registration' ? trunk.username : <Trans>By IP address</Trans>}
        </Text>
      </Table.Td>
      <Table.Td data-label={t`State`}>
        <TrunkStateTags trunk={trunk} />
      </Table.Td>
      <Table.Td data-label={t`Channels used`} className="scc-digits">
        {state.channelsUsed} / {trunk.channels}
      </Table.Td>
      <Table.Td data-label={t`Last change`}>
        <Text size="sm">{state.lastChangeAt === null ? '–' : formatDateTime(state.lastChangeAt, i18n.locale)}</Text>
        {state.lastStatus !== null && (
          <Text size="xs" c="dimmed">
            {state.lastStatus === 408 ? <Trans>408 (no answer)</Trans> : <Trans>Answer {state.lastStatus}</Trans>}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-label={t`Enabled`}>
        <Switch checked={trunk.enabled} disabled={toggle.isPending} onChange={() => toggle.mutate(undefined)} aria-label={t`${trunk.name} is enabled`} />
      </Table.Td>
      <Table.Td className={classes.wide ?? ''}>
        <RowActions trunk={trunk} onOpen={onOpen} />
      </Table.Td>
    </Table.Tr>
  );
}

function RowActions({ trunk, onOpen }: { trunk: Trunk; onOpen: (open: Open) => void }) {
  const { t } = useLingui();
  const { can } = useSession();
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Button size="compact-sm" variant="default" aria-label={t`Edit ${trunk.name}`} onClick={() => onOpen({ what: 'form', trunk })}>
        <Trans>Edit</Trans>
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="default" aria-label={t`More for ${trunk.name}`}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {can('call.handle') && (
            <Menu.Item disabled={!trunk.enabled} leftSection={<IconPhoneOutgoing size={18} aria-hidden />} onClick={() => onOpen({ what: 'test', trunk })}>
              <Trans>Test call</Trans>
            </Menu.Item>
          )}
          <Menu.Item color="red.9" leftSection={<IconTrash size={18} aria-hidden />} onClick={() => onOpen({ what: 'remove', trunk })}>
            <Trans>Remove</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function RemoveTrunk({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const { t } = useLingui();
  const remove = useSave({
    run: () => call(deleteTrunk, { params: { id: trunk.id } }),
    refresh: [listTrunks.id],
    done: t`Trunk removed`,
    onDone: onClose,
  });
  const { name } = trunk;
  return (
    <RemoveQuestion title={<Trans>Remove “{name}”?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={onClose}>
      <Trans>Its settings and its password are deleted. This cannot be undone.</Trans>
    </RemoveQuestion>
  );
}
