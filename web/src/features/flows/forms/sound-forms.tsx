import { Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { SayPart } from '../../../../../shared/flow/nodes.ts';
import { Rows, SecondsInput, SoundsInput, type FormProps } from './fields.tsx';

export function PlayForm({ node, references, onChange }: FormProps<'play'>) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <SoundsInput label={t`Sounds`} description={t`Played one after the other`} value={node.prompts} sounds={references.sounds} onChange={(prompts) => onChange({ ...node, prompts })} />
      <Switch label={t`This is the recording notice`} description={t`That it was heard to its end stands in the audit log`} checked={node.notice ?? false} onChange={(event) => onChange({ ...node, notice: event.currentTarget.checked })} />
    </Stack>
  );
}

const makePart = (kind: string): SayPart => {
  if (kind === 'sound') return { kind, name: 'ja/beep' };
  return kind === 'text' ? { kind, text: '' } : { kind: kind as 'number', value: '' };
};

function SayPartFields({ part, references, set }: { part: SayPart; references: FormProps<'say'>['references']; set: (part: SayPart) => void }) {
  const { t } = useLingui();
  const kinds = [
    { value: 'sound', label: t`Sound` },
    { value: 'number', label: t`Whole number` },
    { value: 'digits', label: t`Digit by digit` },
    { value: 'yen', label: t`Amount in yen` },
    { value: 'date', label: t`Date` },
    { value: 'time', label: t`Time of day` },
    { value: 'minutes', label: t`Minutes` },
    { value: 'text', label: t`Text` },
  ];
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Select size="xs" w={130} aria-label={t`Kind`} data={kinds} value={part.kind} onChange={(next) => next !== null && next !== part.kind && set(makePart(next))} allowDeselect={false} />
      {part.kind === 'sound' && <Select size="xs" flex={1} aria-label={t`Sound`} data={[...new Set([...references.sounds, part.name])]} value={part.name} onChange={(next) => next !== null && set({ ...part, name: next })} searchable limit={40} allowDeselect={false} />}
      {part.kind === 'text' && <Textarea size="xs" flex={1} aria-label={t`Text`} value={part.text} onChange={(event) => set({ kind: 'text', text: event.currentTarget.value })} maxLength={500} autosize minRows={1} />}
      {part.kind !== 'sound' && part.kind !== 'text' && <TextInput size="xs" flex={1} aria-label={t`Value`} value={part.value} onChange={(event) => set({ ...part, value: event.currentTarget.value })} maxLength={200} />}
    </Group>
  );
}

function LanguageSelect({ value, onChange }: { value: 'ja' | 'en'; onChange: (value: 'ja' | 'en') => void }) {
  const { t } = useLingui();
  const languages = [
    { value: 'ja', label: '日本語' },
    { value: 'en', label: 'English' },
  ];
  return <Select label={t`Spoken language`} data={languages} value={value} onChange={(next) => next !== null && onChange(next as 'ja' | 'en')} allowDeselect={false} />;
}

export function SayForm({ node, references, onChange }: FormProps<'say'>) {
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <LanguageSelect value={node.language} onChange={(language) => onChange({ ...node, language })} />
      <Rows legend={<Trans>Parts</Trans>} rows={node.parts} removeLabel={(index) => t`Remove part ${index + 1}`} addLabel={<Trans>Add a part</Trans>} make={() => makePart('sound')} max={30} ordered onChange={(parts) => onChange({ ...node, parts })}>
        {(part, set) => <SayPartFields part={part} references={references} set={set} />}
      </Rows>
      <VariableHint />
    </Stack>
  );
}

/** How a value is put into a text. */
export function VariableHint() {
  const [open, close] = ['{', '}'];
  return (
    <Text size="xs" c="dimmed">
      <Trans>
        A variable is written in braces: {open}caller.number{close}, {open}now.date{close}, or one that this flow sets.
      </Trans>
    </Text>
  );
}

export function VoicemailForm({ node, references, onChange }: FormProps<'voicemail'>) {
  const { t } = useLingui();
  const { silenceMs = 0, reviewPrompts = [] } = node;
  return (
    <Stack gap="sm">
      <Select label={t`Box`} description={t`Who gets the message; without a box it is kept with the call`} placeholder={t`None`} clearable searchable data={[...references.boxes]} value={node.box || null} onChange={(box) => onChange({ ...node, box: box ?? '' })} />
      <SoundsInput label={t`Greeting`} description={t`None: the one of the box`} value={node.prompts} sounds={references.sounds} onChange={(prompts) => onChange({ ...node, prompts })} />
      <Switch label={t`Tone before the recording`} checked={node.beep ?? false} onChange={(event) => onChange({ ...node, beep: event.currentTarget.checked })} />
      <SecondsInput label={t`Longest message`} valueMs={node.maxMs} min={5} max={3600} onChange={(maxMs) => onChange({ ...node, maxMs })} />
      <Switch label={t`Ends when the caller is silent`} checked={silenceMs > 0} onChange={(event) => onChange({ ...node, silenceMs: event.currentTarget.checked ? 5000 : 0 })} />
      {silenceMs > 0 && <SecondsInput label={t`Silence that ends it`} valueMs={silenceMs} min={2} max={60} onChange={(next) => onChange({ ...node, silenceMs: next })} />}
      <SoundsInput label={t`Question afterwards`} description={t`1 keeps the message, 2 plays it, 3 records it again. None: it is kept.`} value={reviewPrompts} sounds={references.sounds} onChange={(next) => onChange({ ...node, reviewPrompts: next })} />
    </Stack>
  );
}

export function MailboxForm({ node, onChange }: FormProps<'mailbox'>) {
  return (
    <Stack gap="sm">
      <LanguageSelect value={node.language} onChange={(language) => onChange({ ...node, language })} />
      <Text size="xs" c="dimmed">
        <Trans>Asks for the number of the box and its PIN, then plays the messages, the newest first: 7 deletes, 9 keeps, # goes on.</Trans>
      </Text>
    </Stack>
  );
}

export function WithheldForm({ node, references, onChange }: FormProps<'withheld'>) {
  const { t } = useLingui();
  return <SoundsInput label={t`Announcement to who withholds the number`} description={t`For example: dial 186 before the number. Played before the branch “Withheld”.`} value={node.prompts} sounds={references.sounds} onChange={(prompts) => onChange({ ...node, prompts })} />;
}
