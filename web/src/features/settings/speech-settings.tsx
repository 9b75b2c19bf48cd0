import { Alert, Button, Card, Group, NumberInput, PasswordInput, SegmentedControl, Select, SimpleGrid, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { getSpeech } from '../../../../shared/api/prompts.ts';
import { getSpeechProvider, removeSpeechProvider, setSpeechProvider, type SpeechProviderView, testSpeech } from '../../../../shared/api/speech.ts';
import { call, callBinary } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ApiProblem } from '../../lib/problem.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useActorName } from '../../records/actor-name.ts';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

const HEADERS = ['authorization', 'api-key', 'x-api-key', 'xi-api-key', 'ocp-apim-subscription-key', 'x-goog-api-key'];
const EXAMPLE = '{"input": {text}, "voice": {voice}, "response_format": "wav"}';

/** Who speaks the texts of flows and prompts: the machine itself, or a service over HTTP. */
export function SpeechSettings() {
  const provider = useOne([getSpeechProvider.id], (signal) => call(getSpeechProvider, {}, signal));
  return (
    <OneState query={provider} rows={4}>
      {({ provider: stored }) => (
        <Stack gap="md" maw={720}>
          <ProviderForm stored={stored} />
          <TestSpeech />
        </Stack>
      )}
    </OneState>
  );
}

const draftOf = (stored: SpeechProviderView | null) => ({
  kind: stored ? ('http' as const) : ('machine' as const),
  url: stored?.url ?? 'https://',
  keyHeader: stored?.keyHeader ?? 'authorization',
  key: '',
  voiceJa: stored?.voiceJa ?? '',
  voiceEn: stored?.voiceEn ?? '',
  body: stored?.body ?? EXAMPLE,
  answerPath: stored?.answerPath ?? '',
  timeoutMs: stored?.timeoutMs ?? 8000,
});

/** The service as it is typed; its key is not told, and stays as it is while none is typed. */
type ProviderDraft = Omit<ReturnType<typeof draftOf>, 'kind'> & { kind: 'machine' | 'http' };

const PROVIDER = {
  draftOf: (stored: SpeechProviderView | null): ProviderDraft => draftOf(stored),
  /** Null = no service. */
  sent: ({ kind, key, voiceJa, voiceEn, ...rest }: ProviderDraft) => (kind === 'machine' ? null : { ...rest, voiceJa: voiceJa.trim() || null, voiceEn: voiceEn.trim() || null, ...(key !== '' && { key }) }),
};

function ProviderForm({ stored }: { stored: SpeechProviderView | null }) {
  const { t, i18n } = useLingui();
  const actorName = useActorName();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, PROVIDER);
  const { kind } = draft;
  const set = (part: Partial<ProviderDraft>) => setDraft({ ...draft, ...part });
  const save = useSave({
    run: async (body: ReturnType<typeof PROVIDER.sent>) => {
      await (body ? call(setSpeechProvider, { body }) : call(removeSpeechProvider, {}));
    },
    refresh: [getSpeechProvider.id, getSpeech.id],
    done: t`Settings saved`,
    onDone: (_stored, sent) => saved(sent),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dirty && isGood) save.mutate(PROVIDER.sent(draft));
  };
  const updated = stored ? formatDateTime(stored.updatedAt, i18n.locale) : '';
  const updater = stored ? actorName(stored.updatedBy) : '';
  const isGood = kind === 'machine' || (URL.canParse(draft.url) && draft.body.includes('{text}') && (draft.voiceJa.trim() !== '' || draft.voiceEn.trim() !== ''));
  return (
    <Card withBorder padding="md" component="form" onSubmit={submit}>
      <Stack gap="sm">
        {overtaken && <OvertakenNote onFollow={undo} />}
        <SegmentedControl
          aria-label={t`Who speaks texts`}
          value={kind}
          onChange={(next) => set({ kind: next as ProviderDraft['kind'] })}
          data={[
            { value: 'machine', label: t`The server itself` },
            { value: 'http', label: t`An outside service` },
          ]}
        />
        <Text size="sm" c="gray.7">
          <Trans>Texts are spoken when a flow is published, never during a call. When the service fails, nothing is published and the reason is shown.</Trans>
        </Text>
        {kind === 'http' && (
          <>
            <TextInput type="url" label={t`Address of the service`} value={draft.url} onChange={(event) => set({ url: event.currentTarget.value })} maxLength={500} required />
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
              <Select label={t`Header of the key`} data={[...new Set([...HEADERS, draft.keyHeader])]} value={draft.keyHeader} onChange={(keyHeader) => keyHeader !== null && set({ keyHeader })} allowDeselect={false} />
              <PasswordInput label={t`Key of the service`} description={t`For authorization with “Bearer ” before it`} placeholder={stored?.hasKey ? t`Unchanged` : ''} value={draft.key} onChange={(event) => set({ key: event.currentTarget.value })} maxLength={2000} autoComplete="off" />
            </SimpleGrid>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
              <TextInput label={t`Japanese voice`} description={t`Empty = spoken by this system`} value={draft.voiceJa} onChange={(event) => set({ voiceJa: event.currentTarget.value })} maxLength={100} />
              <TextInput label={t`English voice`} description={t`Empty = spoken by this system`} value={draft.voiceEn} onChange={(event) => set({ voiceEn: event.currentTarget.value })} maxLength={100} />
            </SimpleGrid>
            <Textarea label={t`Body of the request (JSON)`} description="{text} {voice} {language}" value={draft.body} onChange={(event) => set({ body: event.currentTarget.value })} maxLength={4000} autosize minRows={2} ff="monospace" required />
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
              <TextInput label={t`Where the sound is in the answer`} description={t`Empty = the answer is a WAV file`} placeholder="audioContent" value={draft.answerPath} onChange={(event) => set({ answerPath: event.currentTarget.value.trim() })} maxLength={200} />
              <NumberInput label={t`Wait at most (seconds)`} value={draft.timeoutMs / 1000} onChange={(next) => typeof next === 'number' && set({ timeoutMs: Math.round(next * 1000) })} min={0.5} max={20} />
            </SimpleGrid>
          </>
        )}
        <Group justify="space-between">
          <Text size="xs" c="gray.7">
            {stored && (
              <Trans>
                Updated {updated} by {updater}
              </Trans>
            )}
          </Text>
          <Button type="submit" loading={save.isPending} disabled={!isGood || !dirty}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

/** Speaks a text as a flow would, and plays it here. */
function TestSpeech() {
  const { t } = useLingui();
  const problemText = useProblemText();
  const [text, setText] = useState('おでんわ ありがとうございます');
  const [language, setLanguage] = useState<'ja' | 'en'>('ja');
  const [url, setUrl] = useState<string | null>(null);
  const kept = useRef<string | null>(null);
  const hear = useMutation({
    mutationFn: () => callBinary(testSpeech, { body: { text: text.trim(), language } }),
    onSuccess(sound) {
      if (kept.current) URL.revokeObjectURL(kept.current);
      kept.current = URL.createObjectURL(sound);
      setUrl(kept.current);
    },
  });
  useEffect(
    () => () => {
      if (kept.current) URL.revokeObjectURL(kept.current);
    },
    [],
  );
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Hear it`}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          <Trans>Hear it</Trans>
        </Title>
        <Group gap="sm" align="flex-end">
          <Textarea label={t`Text`} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={500} autosize style={{ flex: 1, minWidth: 220 }} />
          <Select
            label={t`Spoken language`}
            data={[
              { value: 'ja', label: '日本語' },
              { value: 'en', label: 'English' },
            ]}
            value={language}
            onChange={(next) => next !== null && setLanguage(next as 'ja' | 'en')}
            allowDeselect={false}
            w={140}
          />
          <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={hear.isPending} disabled={text.trim() === ''} onClick={() => hear.mutate()}>
            <Trans>Speak</Trans>
          </Button>
        </Group>
        {hear.isError && (
          <Alert color="red" role="alert" title={problemText(hear.error)}>
            {hear.error instanceof ApiProblem && hear.error.code === 'speech_failed' ? hear.error.message : null}
          </Alert>
        )}
        {url !== null && !hear.isError && <audio aria-label={t`Spoken text`} src={url} controls autoPlay />}
      </Stack>
    </Card>
  );
}
