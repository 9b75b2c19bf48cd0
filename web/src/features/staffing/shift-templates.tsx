import { Button, Group, Stack, Table, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createShiftTemplate, deleteShiftTemplate, listShiftTemplates, updateShiftTemplate, type ShiftTemplate } from '../../../../shared/api/shifts.ts';
import { spansText } from '../../../../shared/staffing-times.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';
import { HoursInputs } from './hours-inputs.tsx';
import { draftOf, rangeText, readHours } from './shift-times.ts';

const REFRESH = [listShiftTemplates.id];

/** Shifts that are given again and again. */
export function ShiftTemplates({ onClose }: { onClose: () => void }) {
  const [edited, setEdited] = useState<ShiftTemplate | null>(null);
  // Each form is begun anew, so that nothing of one that is done counts as typed.
  const [round, setRound] = useState(0);
  const edit = (template: ShiftTemplate | null): void => {
    setEdited(template);
    setRound(round + 1);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Shift templates</Trans>} size="lg">
      <Stack>
        <TemplateList onEdit={edit} />
        <TemplateForm key={round} template={edited} onDone={() => edit(null)} />
      </Stack>
    </FormDialog>
  );
}

function TemplateList({ onEdit }: { onEdit: (template: ShiftTemplate) => void }) {
  const { t } = useLingui();
  const list = useQuery({ queryKey: [listShiftTemplates.id], queryFn: ({ signal }) => call(listShiftTemplates, {}, signal) });
  const remove = useSave({ run: (id: string) => call(deleteShiftTemplate, { params: { id } }), refresh: REFRESH, done: t`Removed; shifts given by it stay` });
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <LoadingRows rows={3} />;
  if (list.data.items.length === 0) return <EmptyState title={<Trans>No templates yet</Trans>} hint={<Trans>For example an early and a late shift.</Trans>} />;
  return (
    <Table fz="sm" verticalSpacing={4} className="scc-digits">
      <Table.Tbody>
        {list.data.items.map((template) => {
          const { name } = template;
          return (
            <Table.Tr key={template.id}>
              <Table.Td fw={600} style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Table.Td>
              <Table.Td>{rangeText(template)}</Table.Td>
              <Table.Td>{spansText(template.breaks)}</Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end">
                  <Button size="compact-sm" variant="default" aria-label={t`Change ${name}`} onClick={() => onEdit(template)}>
                    <Trans>Change</Trans>
                  </Button>
                  <Button size="compact-sm" variant="default" aria-label={t`Remove ${name}`} loading={remove.isPending && remove.variables === template.id} onClick={() => remove.mutate(template.id)}>
                    <Trans>Remove</Trans>
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function TemplateForm({ template, onDone }: { template: ShiftTemplate | null; onDone: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState(template?.name ?? '');
  const [draft, setDraft] = useState(() => draftOf(template ?? { startMinute: 540, endMinute: 1080, breaks: [{ startMinute: 720, endMinute: 780 }] }));
  const [tried, setTried] = useState(false);
  const read = readHours(draft);
  const save = useSave({
    run: async () => {
      if (!('hours' in read)) return;
      const body = { name, ...read.hours };
      await (template ? call(updateShiftTemplate, { params: { id: template.id }, body }) : call(createShiftTemplate, { body }));
    },
    refresh: REFRESH,
    done: t`Saved`,
    onDone,
  });
  const submit = (): void => {
    setTried(true);
    if (name.trim() !== '' && 'hours' in read) save.mutate(undefined);
  };
  return (
    <Stack component="form" gap="sm" onSubmit={(event) => (event.preventDefault(), submit())}>
      <TextInput label={t`Name of the template`} maxLength={50} value={name} error={tried && name.trim() === '' ? t`Write a name.` : null} onChange={(event) => setName(event.currentTarget.value)} />
      <HoursInputs value={draft} fault={tried && 'fault' in read ? read.fault : null} onChange={setDraft} />
      <Group justify="flex-end">
        {template && (
          <Button variant="default" onClick={onDone}>
            <Trans>Cancel</Trans>
          </Button>
        )}
        <Button type="submit" loading={save.isPending}>
          {template ? <Trans>Save</Trans> : <Trans>Add template</Trans>}
        </Button>
      </Group>
    </Stack>
  );
}
