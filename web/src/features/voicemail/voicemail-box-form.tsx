import { Button, Group, MultiSelect, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { listPrompts } from '../../../../shared/api/prompts.ts';
import { createVoicemailBox, listVoicemailBoxes, updateVoicemailBox, type VoicemailBox } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { useQueueOptions } from '../../records/queues.ts';
import { MailInput } from '../../records/receiver-inputs.tsx';
import { wrongAddresses } from '../../records/receivers.ts';
import { useAll } from '../../records/use-all.ts';
import { useSave } from '../../records/use-save.ts';

type Draft = Pick<VoicemailBox, 'number' | 'name' | 'greeting' | 'retentionDays' | 'active' | 'memberIds' | 'queueIds' | 'recipients'>;

const NEW: Draft = { number: '', name: '', greeting: 'ja/voicemail-greeting', retentionDays: null, active: true, memberIds: [], queueIds: [], recipients: [] };

const draftOf = ({ number, name, greeting, retentionDays, active, memberIds, queueIds, recipients }: VoicemailBox): Draft => ({ number, name, greeting, retentionDays, active, memberIds, queueIds, recipients });

/** A voicemail box, new or stored. */
export function VoicemailBoxForm({ stored, onClose }: { stored: VoicemailBox | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState<Draft>(() => (stored ? draftOf(stored) : NEW));
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const isComplete = /^\d{2,10}$/.test(draft.number) && draft.name.trim() !== '' && wrongAddresses(draft.recipients).length === 0;
  const body = { ...draft, name: draft.name.trim() };
  const save = useSave({
    run: () => (stored ? call(updateVoicemailBox, { params: { id: stored.id }, body }) : call(createVoicemailBox, { body })),
    refresh: [listVoicemailBoxes.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Change box</Trans> : <Trans>New box</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group gap="sm" grow align="flex-start">
            <TextInput label={t`Box number`} description={t`Call flows and telephones name the box by it`} inputMode="numeric" value={draft.number} onChange={(event) => set({ number: event.currentTarget.value.normalize('NFKC').replaceAll(/\D/g, '') })} minLength={2} maxLength={10} required data-autofocus />
            <TextInput label={t`Name`} description={t`For example: outside business hours`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={100} />
          </Group>
          <Members draft={draft} onChange={set} />
          <Keeping draft={draft} onChange={set} />
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

interface PartProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function Members({ draft, onChange }: PartProps) {
  const { t } = useLingui();
  const people = peopleOptions(usePeople('active'));
  const queues = useQueueOptions();
  return (
    <>
      <MultiSelect label={t`Members`} description={t`They hear the messages, and their telephones show waiting mail`} searchable data={people} value={draft.memberIds} onChange={(memberIds) => onChange({ memberIds })} />
      <MultiSelect label={t`Everybody in these queues`} searchable data={queues} value={draft.queueIds} onChange={(queueIds) => onChange({ queueIds })} />
    </>
  );
}

function Keeping({ draft, onChange }: PartProps) {
  const { t } = useLingui();
  const sounds = useAll(listPrompts).items;
  const names = [...new Set([...sounds.map(({ name }) => name), ...(draft.greeting === '' ? [] : [draft.greeting])])];
  return (
    <>
      <Select label={t`Greeting`} description={t`Played where the call flow names none`} placeholder={t`The tone alone`} clearable searchable limit={40} data={names} value={draft.greeting === '' ? null : draft.greeting} onChange={(greeting) => onChange({ greeting: greeting ?? '' })} />
      <NumberInput label={t`Kept (days)`} description={t`Empty: as long as other recordings`} min={1} max={36_500} value={draft.retentionDays ?? ''} onChange={(value) => onChange({ retentionDays: typeof value === 'number' ? value : null })} />
      <MailInput description={t`For each new message, with a link. Enter adds one.`} value={draft.recipients} onChange={(recipients) => onChange({ recipients })} />
      <Switch label={t`Can be listened to by telephone`} checked={draft.active} onChange={(event) => onChange({ active: event.currentTarget.checked })} />
    </>
  );
}
