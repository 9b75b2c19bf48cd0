import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createCalibration, listCalibrations } from '../../../../shared/api/calibrations.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useSave } from '../../records/use-save.ts';
import { useUsableSheets } from './use-sheets.ts';

/** Invites evaluators to score one call. */
export function CalibrateDialog({ callId, agentId, onClose }: { callId: string; agentId: string; onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const sheets = useUsableSheets();
  const people = peopleOptions(usePeople('active')).filter(({ value }) => value !== agentId);
  const [name, setName] = useState('');
  const [sheetId, setSheetId] = useState<string | null>(null);
  const [participantIds, setParticipantIds] = useState<string[]>([]);
  const [referenceId, setReferenceId] = useState<string | null>(null);
  const chosen = sheetId ?? sheets[0]?.id ?? null;
  const isComplete = name.trim() !== '' && chosen !== null && participantIds.length >= 2;
  const create = useSave({
    run: () => call(createCalibration, { body: { name: name.trim(), callId, sheetId: chosen ?? '', participantIds, referenceId } }),
    refresh: [listCalibrations.id],
    done: t`The calibration has begun`,
    onDone: ({ id }) => void navigate({ to: '/calibrations/$id', params: { id } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) create.mutate(undefined);
  };
  const invite = (ids: string[]) => {
    setParticipantIds(ids);
    if (referenceId !== null && !ids.includes(referenceId)) setReferenceId(null);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Calibrate with this call</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={100} required data-autofocus />
          <Select label={t`Score sheet`} placeholder={t`Publish a score sheet first`} allowDeselect={false} data={sheets.map(({ id, name: text }) => ({ value: id, label: text }))} value={chosen} onChange={setSheetId} />
          <MultiSelect label={t`Evaluators`} description={t`At least two, with the permission to evaluate`} searchable data={people} value={participantIds} onChange={invite} maxValues={30} />
          <Select
            label={t`Reference`}
            description={t`Whose scores the others are held against`}
            placeholder={t`The mean of all`}
            clearable
            data={people.filter(({ value }) => participantIds.includes(value))}
            value={referenceId}
            onChange={setReferenceId}
          />
          <Text size="xs" c="dimmed">
            <Trans>Nobody sees the scores of others before the session is closed.</Trans>
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!isComplete}>
              <Trans>Begin</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
