import { Button, Card, Checkbox, Group, NumberInput, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { createRecordingLabel, getRetention, listRecordingLabels, type RecordingLabel, updateRecordingLabel } from '../../../../shared/api/recording-keeping.ts';
import { EmptyState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useSave } from '../../records/use-save.ts';
import { NoticeSettings } from './notice-settings.tsx';
import { RetentionSettings } from './retention-settings.tsx';
import { useRecordingLabels } from './use-recording-labels.ts';

/** Labels for recordings, and how long recordings are kept. */
export default function LabelSettings() {
  const [open, setOpen] = useState<RecordingLabel | 'new' | null>(null);
  const labels = useRecordingLabels();
  return (
    <Stack gap="lg">
      <PageHead title={<Trans>Labels and retention</Trans>} hint={<Trans>Labels say how long a recording is kept, and whether hearing it needs a reason.</Trans>} />
      <Card withBorder>
        <RetentionSettings labels={labels.all} />
      </Card>
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New label</Trans>
      </Button>
      {labels.all.length === 0 ? <EmptyState title={<Trans>No labels yet</Trans>} hint={<Trans>For example: personal data, complaint, training.</Trans>} /> : <LabelTable labels={labels.all} onEdit={setOpen} />}
      <NoticeSettings />
      {open !== null && <LabelForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} next={labels.all.length + 1} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function LabelTable({ labels, onEdit }: { labels: readonly RecordingLabel[]; onEdit: (label: RecordingLabel) => void }) {
  const { t } = useLingui();
  const retire = useSave({ run: (label: RecordingLabel) => call(updateRecordingLabel, { params: { id: label.id }, body: { active: !label.active } }), refresh: [listRecordingLabels.id], done: t`Saved` });
  return (
    <TableFrame minWidth={640}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Japanese</Trans>
          <Trans>English</Trans>
          <Table.Th ta="right">
            <Trans>Kept (days)</Trans>
          </Table.Th>
          <Trans>Needs a reason</Trans>
          <Trans>Can be given</Trans>
        </Columns>
        <Table.Tbody>
          {labels.map((label) => (
            <Table.Tr key={label.id}>
              <Table.Td>{label.label}</Table.Td>
              <Table.Td>{label.labelEn}</Table.Td>
              <Table.Td ta="right">{label.retentionDays ?? '–'}</Table.Td>
              <Table.Td>{label.sensitive ? <Trans>Yes</Trans> : <Trans>No</Trans>}</Table.Td>
              <Table.Td>
                <Switch checked={label.active} disabled={retire.isPending} onChange={() => retire.mutate(label)} aria-label={t`“${label.label}” can be given`} />
              </Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" onClick={() => onEdit(label)} aria-label={t`Change “${label.label}”`}>
                  <Trans>Change</Trans>
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function LabelForm({ stored, next, onClose }: { stored: RecordingLabel | null; next: number; onClose: () => void }) {
  const { t } = useLingui();
  const [label, setLabel] = useState(stored?.label ?? '');
  const [labelEn, setLabelEn] = useState(stored?.labelEn ?? '');
  const [days, setDays] = useState<number | ''>(stored?.retentionDays ?? '');
  const [sensitive, setSensitive] = useState(stored?.sensitive ?? false);
  const isComplete = label.trim() !== '' && labelEn.trim() !== '';
  const body = { label: label.trim(), labelEn: labelEn.trim(), retentionDays: days === '' ? null : days, sensitive, position: stored?.position ?? next };
  const save = useSave({
    run: () => (stored ? call(updateRecordingLabel, { params: { id: stored.id }, body }) : call(createRecordingLabel, { body })),
    refresh: [listRecordingLabels.id, getRetention.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={stored ? <Trans>Change label</Trans> : <Trans>New label</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Japanese`} value={label} onChange={(event) => setLabel(event.currentTarget.value)} required maxLength={50} data-autofocus />
          <TextInput label={t`English`} value={labelEn} onChange={(event) => setLabelEn(event.currentTarget.value)} required maxLength={50} />
          <NumberInput label={t`Kept (days)`} description={t`Empty: the label says nothing about it. Of several labels the longest counts.`} min={1} max={36_500} value={days} onChange={(value) => setDays(typeof value === 'number' ? value : '')} />
          <Checkbox label={t`Hearing it needs a reason`} checked={sensitive} onChange={(event) => setSensitive(event.currentTarget.checked)} />
          <Text size="xs" c="dimmed">
            <Trans>A shorter time counts for recordings that have the label already.</Trans>
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isComplete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
