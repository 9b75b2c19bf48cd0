import { Button, Card, Group, NumberInput, Stack, Switch, Table, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ListState } from '../../records/list-state.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import type { ListQuery } from '../../records/use-list.ts';

/** Something that people choose by its name, in either language; one that is retired stays in the history. */
interface Choice {
  id: string;
  label: string;
  labelEn: string;
  position: number;
  active: boolean;
}

interface Column<Item> {
  head: ReactNode;
  cell: (item: Item) => ReactNode;
}

interface Props<Item extends Choice> {
  list: ListQuery<Item>;
  /** The items as the table shows them. */
  ordered?: (items: Item[]) => Item[];
  addText: ReactNode;
  emptyText: string;
  /** Before and behind the names. */
  before: Column<Item>;
  behind: Column<Item>;
  /** How far the name is set in, px. */
  indent?: (item: Item, items: Item[]) => number;
  onSwitch: (item: Item) => void;
  switching: boolean;
  /** @param stored null = a new one */
  form: (stored: Item | null, onClose: () => void) => ReactNode;
}

/** What administrators offer for choice, with the form of the one that is being edited above it. */
export function ChoiceList<Item extends Choice>({ list, ordered = (items) => items, addText, emptyText, form, ...table }: Props<Item>) {
  const [open, setOpen] = useState<Item | 'new' | null>(null);
  return (
    <Stack gap="md">
      {open === null ? (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
          {addText}
        </Button>
      ) : (
        <div key={open === 'new' ? 'new' : open.id}>{form(open === 'new' ? null : open, () => setOpen(null))}</div>
      )}
      <ListState list={list} empty={{ title: emptyText }}>
        {(items) => <ChoiceTable items={ordered(items)} onEdit={setOpen} {...table} />}
      </ListState>
    </Stack>
  );
}

type TableProps<Item extends Choice> = Pick<Props<Item>, 'before' | 'behind' | 'indent' | 'onSwitch' | 'switching'> & { items: Item[]; onEdit: (item: Item) => void };

function ChoiceTable<Item extends Choice>({ items, before, behind, indent, onSwitch, switching, onEdit }: TableProps<Item>) {
  const { t } = useLingui();
  return (
    <TableFrame minWidth={720}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Order</Trans>
          <Table.Th>{before.head}</Table.Th>
          <Trans>Japanese</Trans>
          <Trans>English</Trans>
          <Trans>Can be chosen</Trans>
          <Table.Th>{behind.head}</Table.Th>
        </Columns>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={item.id}>
              <Table.Td>{item.position}</Table.Td>
              <Table.Td>{before.cell(item)}</Table.Td>
              <Table.Td {...(indent && { style: { paddingLeft: 12 + indent(item, items) } })}>{item.label}</Table.Td>
              <Table.Td>{item.labelEn}</Table.Td>
              <Table.Td>
                <Switch checked={item.active} onChange={() => onSwitch(item)} disabled={switching} aria-label={t`${item.label} can be chosen`} />
              </Table.Td>
              <Table.Td>{behind.cell(item)}</Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${item.label}`} onClick={() => onEdit(item)}>
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

type Names = Pick<Choice, 'label' | 'labelEn' | 'position'>;

/** Names without the spaces around them. */
export const trimmedNames = ({ label, labelEn, position }: Names): Names => ({ label: label.trim(), labelEn: labelEn.trim(), position });

/** Name in both languages, and the place in the list. */
export function NameFields({ draft, set }: { draft: Names; set: (part: Partial<Names>) => void }) {
  const { t } = useLingui();
  return (
    <>
      <TextInput label={t`Japanese`} value={draft.label} onChange={(event) => set({ label: event.currentTarget.value })} required maxLength={100} />
      <TextInput label={t`English`} value={draft.labelEn} onChange={(event) => set({ labelEn: event.currentTarget.value })} required maxLength={100} />
      <NumberInput label={t`Order`} value={draft.position} onChange={(position) => set({ position: Number(position) || 0 })} min={0} max={10_000} w={100} allowDecimal={false} />
    </>
  );
}

/** Ground and end of a form. @param complete it can be saved */
export function ChoiceForm({ complete, saving, onSave, onClose, children }: { complete: boolean; saving: boolean; onSave: () => void; onClose: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete) onSave();
  };
  return (
    <Card withBorder padding="md" maw={820}>
      <form onSubmit={submit}>
        <Stack gap="sm">{children}</Stack>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={saving} disabled={!complete}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </form>
    </Card>
  );
}
