import { Button, Card, Group, NumberInput, Select, Stack, Switch, Table, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createWrapUpCode, listWrapUpCodes, updateWrapUpCode, type WrapUpCode } from '../../../../shared/api/wrap-up-codes.ts';
import { call } from '../../lib/api.ts';
import { useActorName } from '../../records/actor-name.ts';
import { inTreeOrder, pathTo } from '../../records/code-tree.ts';
import { ListState } from '../../records/list-state.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { ActionsHead, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';

/** What agents can choose at the end of a call: the ends of a tree of at most four levels. */
export function WrapUpCodes() {
  const { t } = useLingui();
  const [open, setOpen] = useState<WrapUpCode | 'new' | null>(null);
  const list = useList([listWrapUpCodes.id], (cursor, signal) => call(listWrapUpCodes, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md">
      {open === null ? (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
          <Trans>New wrap-up code</Trans>
        </Button>
      ) : (
        <CodeForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} codes={list.items ?? []} onClose={() => setOpen(null)} />
      )}
      <ListState list={list} empty={{ title: t`No wrap-up codes yet` }}>
        {(codes) => <CodeTable codes={inTreeOrder(codes)} onEdit={setOpen} />}
      </ListState>
    </Stack>
  );
}

function CodeTable({ codes, onEdit }: { codes: WrapUpCode[]; onEdit: (code: WrapUpCode) => void }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const retire = useSave({
    run: (code: WrapUpCode) => call(updateWrapUpCode, { params: { id: code.id }, body: { active: !code.active } }),
    refresh: [listWrapUpCodes.id],
    done: (code) => (code.active ? t`The wrap-up code can be chosen again` : t`The wrap-up code was retired; past calls keep it`),
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
              <Trans>Code</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Japanese</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>English</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Can be chosen</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Updated</Trans>
            </Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {codes.map((code) => (
            <Table.Tr key={code.id}>
              <Table.Td>{code.position}</Table.Td>
              <Table.Td>{code.code}</Table.Td>
              <Table.Td style={{ paddingLeft: 12 + (pathTo(codes, code.id).length - 1) * 24 }}>{code.label}</Table.Td>
              <Table.Td>{code.labelEn}</Table.Td>
              <Table.Td>
                <Switch
                  checked={code.active}
                  onChange={() => retire.mutate(code)}
                  disabled={retire.isPending}
                  aria-label={t`${code.label} can be chosen`}
                />
              </Table.Td>
              <Table.Td>
                {formatDateTime(code.updatedAt, i18n.locale)} {actorName(code.updatedBy)}
              </Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${code.label}`} onClick={() => onEdit(code)}>
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

function CodeForm({ stored, codes, onClose }: { stored: WrapUpCode | null; codes: WrapUpCode[]; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState({
    code: stored?.code ?? '',
    label: stored?.label ?? '',
    labelEn: stored?.labelEn ?? '',
    position: stored?.position ?? 100,
    parentId: stored?.parentId ?? null,
  });
  const { i18n } = useLingui();
  const groups = inTreeOrder(codes)
    .filter((code) => !pathTo(codes, code.id).some(({ id }) => id === stored?.id))
    .map((code) => ({ value: code.id, label: pathTo(codes, code.id).map(({ label, labelEn }) => (i18n.locale === 'ja' ? label : labelEn)).join(' › ') }));
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const wrongCode = draft.code !== '' && !/^[a-z0-9][a-z0-9_-]{0,49}$/.test(draft.code);
  const incomplete = draft.code === '' || draft.label.trim() === '' || draft.labelEn.trim() === '';
  const save = useSave({
    run: () => {
      const body = { label: draft.label.trim(), labelEn: draft.labelEn.trim(), position: draft.position, parentId: draft.parentId };
      return stored ? call(updateWrapUpCode, { params: { id: stored.id }, body }) : call(createWrapUpCode, { body: { ...body, code: draft.code } });
    },
    refresh: [listWrapUpCodes.id],
    done: t`Wrap-up code saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete && !wrongCode) save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Group gap="sm" align="flex-start">
          <TextInput
            label={t`Code`}
            value={draft.code}
            onChange={(event) => set({ code: event.currentTarget.value })}
            error={wrongCode ? t`Small letters, digits, - and _ only` : undefined}
            readOnly={stored !== null}
            required
            maxLength={50}
          />
          <TextInput label={t`Japanese`} value={draft.label} onChange={(event) => set({ label: event.currentTarget.value })} required maxLength={100} />
          <TextInput label={t`English`} value={draft.labelEn} onChange={(event) => set({ labelEn: event.currentTarget.value })} required maxLength={100} />
          <NumberInput
            label={t`Order`}
            value={draft.position}
            onChange={(position) => set({ position: Number(position) || 0 })}
            min={0}
            max={10_000}
            w={100}
            allowDecimal={false}
          />
          <Select label={t`Group`} placeholder={t`None`} data={groups} value={draft.parentId} onChange={(parentId) => set({ parentId })} clearable searchable w={240} />
        </Group>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={save.isPending} disabled={incomplete || wrongCode}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </form>
    </Card>
  );
}
