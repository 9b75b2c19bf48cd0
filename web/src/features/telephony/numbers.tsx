import { Alert, Button, Group, Select, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { listFlows } from '../../../../shared/api/flows.ts';
import { createNumber, listNumbers, type ServiceNumber, updateNumber } from '../../../../shared/api/numbers.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useAll } from '../../records/use-all.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { useTrunkOptions } from './trunk-options.ts';

/** Numbers that callers dial: what answers each, and where it may be shown. */
export function Numbers() {
  const { t } = useLingui();
  const [open, setOpen] = useState<ServiceNumber | 'new' | null>(null);
  const list = useList([listNumbers.id, 'pages'], (cursor, signal) => call(listNumbers, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New number</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No numbers yet`, hint: t`Calls to numbers that are not listed here are refused.` }}>
        {(numbers) => <NumberTable numbers={numbers} onEdit={setOpen} />}
      </ListState>
      {open !== null && <NumberForm stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function NumberTable({ numbers, onEdit }: { numbers: ServiceNumber[]; onEdit: (number: ServiceNumber) => void }) {
  const { t } = useLingui();
  const trunks = useTrunkOptions().options;
  const trunkName = (id: string) => trunks.find(({ value }) => value === id)?.label ?? '…';
  return (
    <TableFrame minWidth={720}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Number</Trans>
          <Trans>Label</Trans>
          <Trans>Answered by</Trans>
          <Trans>Shown on calls out</Trans>
        </Columns>
        <Table.Tbody>
          {numbers.map((number) => (
            <Table.Tr key={number.id}>
              <Table.Td className="scc-digits">{number.display}</Table.Td>
              <Table.Td>{number.label}</Table.Td>
              <Table.Td>{number.flowName}</Table.Td>
              <Table.Td>{!number.outbound ? <Trans>Not shown</Trans> : number.trunkId === null ? <Trans>On every trunk</Trans> : trunkName(number.trunkId)}</Table.Td>
              <Table.Td ta="right">
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${number.display}`} onClick={() => onEdit(number)}>
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

function NumberForm({ stored, onClose }: { stored: ServiceNumber | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState({
    number: stored?.display ?? '',
    label: stored?.label ?? '',
    flowId: stored?.flowId ?? null,
    outbound: stored?.outbound ?? true,
    trunkId: stored?.trunkId ?? null,
  });
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const flows = useAll(listFlows);
  const trunks = useTrunkOptions();
  const { flowId } = draft;
  const label = draft.label.trim();
  const complete = draft.number.trim() !== '' && label !== '' && flowId !== null;
  const save = useSave({
    run: () => {
      const body = { label, flowId: flowId ?? '', outbound: draft.outbound, trunkId: draft.trunkId };
      return stored ? call(updateNumber, { params: { id: stored.id }, body }) : call(createNumber, { body: { ...body, number: draft.number.trim() } });
    },
    refresh: [listNumbers.id],
    done: t`Number saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) save.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={stored ? <Trans>Number {stored.display}</Trans> : <Trans>New number</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {stored === null && <TextInput type="tel" label={t`Number`} placeholder="03-1234-0001" value={draft.number} onChange={(event) => set({ number: event.currentTarget.value })} required maxLength={30} data-autofocus />}
          <TextInput label={t`Label`} description={t`What callers reach under it`} value={draft.label} onChange={(event) => set({ label: event.currentTarget.value })} required maxLength={60} />
          <Select
            label={t`Flow that answers`}
            data={flows.items.map(({ id, name }) => ({ value: id, label: name }))}
            value={flowId}
            onChange={(next) => set({ flowId: next })}
            error={flows.error ? t`The flows could not be loaded` : undefined}
            required
            searchable
          />
          <Switch label={t`May be shown as the caller of calls out`} checked={draft.outbound} onChange={(event) => set({ outbound: event.currentTarget.checked })} />
          {draft.outbound && (
            <Select
              label={t`Only on this trunk`}
              placeholder={t`On every trunk`}
              data={trunks.options}
              value={draft.trunkId}
              onChange={(trunkId) => set({ trunkId })}
              error={trunks.error ? t`The trunks could not be loaded` : undefined}
              clearable
            />
          )}
          {stored === null && (
            <Alert color="blue" p="xs">
              <Text size="sm">
                <Trans>The number takes calls as soon as your carrier delivers them over one of your trunks.</Trans>
              </Text>
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!complete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
