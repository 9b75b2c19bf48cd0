import { Alert, Button, Group, Progress, Select, Stack, Tabs, Text, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMicrophone, IconMicrophoneOff, IconPlayerRecord, IconPlayerStop, IconSpeakerphone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { getSpeech, listPrompts, OWN_SOUNDS, replacePrompt, speakPrompt } from '../../../../shared/api/prompts.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { secondsText } from '../../records/times.ts';
import { useSave } from '../../records/use-save.ts';
import { PromptRecorder, type RecorderState } from './prompt-recorder.ts';

/** A name of one's own sound as it is typed, without its beginning. */
const isName = (text: string): boolean => /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/.test(text) && text.length <= 80;

/** Records a sound with the microphone, or has text spoken. @param name null = a new sound of the tenant's own */
export function PromptDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const target = name ?? (isName(typed) ? `${OWN_SOUNDS}${typed}` : null);
  return (
    <FormDialog keep size="lg" onClose={onClose} title={name === null ? <Trans>New sound</Trans> : <Trans>New sound for {name}</Trans>}>
      <Stack gap="md">
        {name === null && (
          <TextInput label={t`Name`} description={t`Small letters, digits and hyphens; call flows show it as own/…`} leftSection={OWN_SOUNDS} leftSectionWidth={48} value={typed} onChange={(event) => setTyped(event.currentTarget.value.toLowerCase())} error={typed === '' || isName(typed) ? undefined : t`Small letters, digits and hyphens only`} maxLength={80} required data-autofocus />
        )}
        <Tabs defaultValue="record" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="record" leftSection={<IconMicrophone size={18} aria-hidden />}>
              <Trans>Record</Trans>
            </Tabs.Tab>
            <Tabs.Tab value="speak" leftSection={<IconSpeakerphone size={18} aria-hidden />}>
              <Trans>Have text spoken</Trans>
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="record">
            <Record target={target} onDone={onClose} />
          </Tabs.Panel>
          <Tabs.Panel value="speak">
            <Speak target={target} onDone={onClose} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </FormDialog>
  );
}

interface PartProps {
  /** Where it goes; null = it has no good name yet. */
  target: string | null;
  onDone: () => void;
}

function Record({ target, onDone }: PartProps) {
  const { t } = useLingui();
  const [recorder] = useState(() => new PromptRecorder());
  const state = useSyncExternalStore(recorder.subscribe, recorder.snapshot);
  const save = useSave({
    // The contract's body is a file (field `upload`), which its types do not name.
    run: ({ name, wav }: { name: string; wav: Blob }) => call(replacePrompt, { params: { name }, body: wav as never }),
    refresh: [listPrompts.id],
    done: t`The sound was saved`,
    onDone,
  });
  const { made } = state;
  const isOn = state.phase === 'recording';
  return (
    <Stack gap="sm">
      <Notice phase={state.phase} />
      <Group gap="md" wrap="nowrap">
        {isOn ? (
          <Button color="red" leftSection={<IconPlayerStop size={18} aria-hidden />} onClick={() => recorder.stop()}>
            <Trans>Stop</Trans>
          </Button>
        ) : (
          <Button variant={made ? 'default' : 'filled'} loading={state.phase === 'asking' || state.phase === 'working'} leftSection={<IconPlayerRecord size={18} aria-hidden />} onClick={() => void recorder.start()}>
            {made ? <Trans>Record again</Trans> : <Trans>Start recording</Trans>}
          </Button>
        )}
        <Progress flex={1} value={state.level} color={state.level > 95 ? 'red' : 'teal'} aria-label={t`Level of the microphone`} />
        <Text size="sm" ff="monospace">
          {secondsText(state.elapsedMs / 1000)}
        </Text>
      </Group>
      {made && <audio controls src={made.url} aria-label={t`The recording as callers will hear it`} style={{ width: '100%' }} />}
      <Group justify="flex-end">
        <Button disabled={!made || target === null || isOn} loading={save.isPending} onClick={() => made && target !== null && save.mutate({ name: target, wav: made.wav })}>
          <Trans>Save</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

function Notice({ phase }: { phase: RecorderState['phase'] }) {
  if (phase === 'refused') {
    return (
      <Alert color="red" role="alert" icon={<IconMicrophoneOff aria-hidden />} title={<Trans>The microphone cannot be used</Trans>}>
        <Trans>Allow it in the browser and see that it is plugged in, then start again.</Trans>
      </Alert>
    );
  }
  return phase === 'silent' ? (
    <Alert color="yellow" role="alert" icon={<IconMicrophoneOff aria-hidden />} title={<Trans>Nothing was heard</Trans>}>
      <Trans>Choose the right microphone, speak closer to it, and record again.</Trans>
    </Alert>
  ) : null;
}

function Speak({ target, onDone }: PartProps) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [language, setLanguage] = useState<'ja' | 'en'>('ja');
  const speech = useQuery({ queryKey: [getSpeech.id], queryFn: ({ signal }) => call(getSpeech, {}, signal), staleTime: 60_000 });
  const save = useSave({ run: (name: string) => call(speakPrompt, { params: { name }, body: { text: text.trim(), language } }), refresh: [listPrompts.id], done: t`The sound was saved`, onDone });
  if (speech.data === undefined) return speech.error ? <ErrorState error={speech.error} onRetry={() => void speech.refetch()} /> : <LoadingRows rows={2} />;
  const { provider, languages } = speech.data;
  if (provider === null) {
    return (
      <Alert color="yellow" icon={<IconSpeakerphone aria-hidden />} title={<Trans>Nothing speaks text here</Trans>}>
        <Trans>No voice is installed on the server. Record the sound, or upload a file.</Trans>
      </Alert>
    );
  }
  const names = { ja: '日本語', en: 'English' };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <Trans>Spoken by {provider}. Listen to it by a test call before callers do.</Trans>
      </Text>
      <Select label={t`Spoken language`} data={languages.map((value) => ({ value, label: names[value] }))} value={language} onChange={(next) => next !== null && setLanguage(next as 'ja' | 'en')} allowDeselect={false} w={200} />
      <Textarea label={t`Text`} description={t`Japanese in kana`} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={500} autosize minRows={3} required />
      <Group justify="flex-end">
        <Button disabled={target === null || text.trim() === ''} loading={save.isPending} onClick={() => target !== null && save.mutate(target)}>
          <Trans>Save</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
