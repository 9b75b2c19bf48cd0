import { Button, Card, Checkbox, Group, NumberInput, SegmentedControl, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createStatusReason, listStatusReasons, type StatusReason, updateStatusReason } from '../../../../shared/api/status-reasons.ts';
import { call } from '../../lib/api.ts';
import { ListState } from '../../records/list-state.tsx';
import { ActionsHead, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';

/** Own kinds of break and absence that agents choose on the desk. */
export function StatusReasons() {
  const { t } = useLingui();
  const [open, setOpen] = useState<StatusReason | 'new' | null>(null);
  const list = useList([listStatusReasons.id], (cursor, signal) => call(listStatusReasons, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      {open === null ? (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
          <Trans>New status reason</Trans>
        </Button>
      ) : (
        <ReasonForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />
      )}
      <ListState list={list} empty={{ title: t`No status reasons yet` }}>
        {(reasons) => <ReasonTable reasons={reasons} onEdit={setOpen} />}
      </ListState>
    </Stack>
  );
}

function ReasonTable({ reasons, onEdit }: { reasons: StatusReason[]; onEdit: (reason: StatusReason) => void }) {
  const { t } = useLingui();
  const retire = useSave({
    run: (reason: StatusReason) => call(updateStatusReason, { params: { id: reason.id }, body: { active: !reason.active } }),
    refresh: [listStatusReasons.id],
    done: (reason) => (reason.active ? t`The status reason can be chosen again` : t`The status reason was retired; the history keeps it`),
  });
  return (
    <TableFrame minWidth={720}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Order</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Status</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Japanese</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>English</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Counts as work</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Can be chosen</Trans>
            </Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {reasons.map((reason) => (
            <Table.Tr key={reason.id}>
              <Table.Td>{reason.position}</Table.Td>
              <Table.Td>{reason.presence === 'break' ? <Trans>On break</Trans> : <Trans>Away</Trans>}</Table.Td>
              <Table.Td>{reason.label}</Table.Td>
              <Table.Td>{reason.labelEn}</Table.Td>
              <Table.Td>{reason.productive ? <Trans>Yes</Trans> : <Trans>No</Trans>}</Table.Td>
              <Table.Td>
                <Switch checked={reason.active} onChange={() => retire.mutate(reason)} disabled={retire.isPending} aria-label={t`${reason.label} can be chosen`} />
              </Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${reason.label}`} onClick={() => onEdit(reason)}>
                  <Trans>Edit</Trans>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function ReasonForm({ stored, onClose }: { stored: StatusReason | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState({
    presence: stored?.presence ?? 'away',
    label: stored?.label ?? '',
    labelEn: stored?.labelEn ?? '',
    productive: stored?.productive ?? false,
    position: stored?.position ?? 100,
  });
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const incomplete = draft.label.trim() === '' || draft.labelEn.trim() === '';
  const save = useSave({
    run: () => {
      const { presence, ...rest } = draft;
      const body = { ...rest, label: draft.label.trim(), labelEn: draft.labelEn.trim() };
      return stored ? call(updateStatusReason, { params: { id: stored.id }, body }) : call(createStatusReason, { body: { ...body, presence } });
    },
    refresh: [listStatusReasons.id],
    done: t`Status reason saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <div>
            <Text size="sm" fw={500} id="reason-status">
              <Trans>Status</Trans>
            </Text>
            <SegmentedControl
              aria-labelledby="reason-status"
              value={draft.presence}
              onChange={(presence) => set({ presence: presence as StatusReason['presence'] })}
              disabled={stored !== null}
              data={[
                { value: 'break', label: t`On break` },
                { value: 'away', label: t`Away` },
              ]}
            />
          </div>
          <Group gap="sm" align="flex-start">
            <TextInput label={t`Japanese`} value={draft.label} onChange={(event) => set({ label: event.currentTarget.value })} required maxLength={100} />
            <TextInput label={t`English`} value={draft.labelEn} onChange={(event) => set({ labelEn: event.currentTarget.value })} required maxLength={100} />
            <NumberInput label={t`Order`} value={draft.position} onChange={(position) => set({ position: Number(position) || 0 })} min={0} max={10_000} w={100} allowDecimal={false} />
          </Group>
          <Checkbox
            label={t`Counts as work (training, meetings, back office)`}
            checked={draft.productive}
            onChange={(event) => set({ productive: event.currentTarget.checked })}
          />
        </Stack>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={save.isPending} disabled={incomplete}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </form>
    </Card>
  );
}
