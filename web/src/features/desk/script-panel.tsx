import { Alert, Button, Card, Checkbox, Group, NumberInput, Radio, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronLeft, IconChevronRight, IconDeviceFloppy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type CallScript, getCallScript, getScript, listScripts, saveCallScript } from '../../../../shared/api/scripts.ts';
import { customerTimeline } from '../../../../shared/api/customers.ts';
import { maskedCard, missingIn, nextStepId, pathThrough, type ScriptAnswers, type ScriptDefinition, type ScriptField, stepOf } from '../../../../shared/scripts.ts';
import { call } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';
import { useAll } from '../../records/use-all.ts';
import { CardInput } from './card-input.tsx';
import classes from './desk.module.css';

/** The guided script of a call: that of its queue, or one that the agent chooses. */
export function ScriptPanel({ callId }: { callId: string }) {
  const { t } = useLingui();
  const kept = useQuery({ queryKey: [getCallScript.id, callId], queryFn: ({ signal }) => call(getCallScript, { params: { id: callId } }, signal), retry: 2, staleTime: 60_000 });
  const scripts = useAll(listScripts);
  const [chosen, setChosen] = useState<string | null>(null);
  const options = scripts.items.filter(({ active, version }) => active && version !== null).map(({ id, name }) => ({ value: id, label: name }));
  const own = kept.data?.definition ? kept.data : null;
  if (options.length === 0 && !own) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Script`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end">
          <Title order={2} size="h4">
            <Trans>Script</Trans>
          </Title>
          <Select aria-label={t`Choose a script`} placeholder={t`Choose a script`} size="xs" data={options} value={chosen ?? own?.scriptId ?? null} onChange={setChosen} w={220} />
        </Group>
        {chosen !== null && chosen !== own?.scriptId ? <Chosen key={chosen} callId={callId} scriptId={chosen} /> : own && <Guide key={own.scriptId} callId={callId} script={own} />}
      </Stack>
    </Card>
  );
}

function Chosen({ callId, scriptId }: { callId: string; scriptId: string }) {
  const script = useQuery({ queryKey: [getScript.id, scriptId], queryFn: ({ signal }) => call(getScript, { params: { id: scriptId } }, signal) });
  const newest = script.data?.versions[0];
  if (!script.data || !newest) return null;
  return <Guide callId={callId} script={{ scriptId, name: script.data.name, version: newest.version, definition: newest.definition, answers: {} }} />;
}

/** One step after the other. Answers are saved with each step, and can be gone back to. */
function Guide({ callId, script: newest }: { callId: string; script: CallScript }) {
  const { t } = useLingui();
  // The version with which it was begun: one published during the call does not take away what is being written.
  const [script] = useState(newest);
  const [answers, setAnswers] = useState<ScriptAnswers>(script.answers);
  const [stepId, setStepId] = useState<string | null>(script.definition?.steps[0]?.id ?? null);
  const [asked, setAsked] = useState(false);
  const first = useRef<HTMLDivElement | null>(null);
  const save = useSaveAnswers(callId, script);
  const moved = useRef(false);
  useEffect(() => {
    // Not when the panel appears: the agent may be writing elsewhere.
    if (moved.current) first.current?.querySelector<HTMLElement>('input, textarea, button')?.focus();
  }, [stepId]);
  const { definition } = script;
  if (!definition) return null;
  const step = stepOf(definition, stepId);
  const path = pathThrough(definition, answers);
  const go = (to: string | null): void => {
    moved.current = true;
    setAsked(false);
    setStepId(to);
    save.mutate(answers);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!step) return;
    setAsked(true);
    if (missingIn(step, answers).length === 0) go(nextStepId(step, answers));
  };
  if (!step) return <Finished definition={definition} answers={answers} busy={save.isPending} onBack={() => setStepId(path.at(-1)?.id ?? null)} />;
  const index = path.findIndex(({ id }) => id === step.id);
  const before = index > 0 ? path[index - 1] : undefined;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          <Trans>
            Step {index + 1}: {step.title}
          </Trans>
        </Text>
        {step.say !== '' && (
          <Text className={classes.text} fw={500}>
            {step.say}
          </Text>
        )}
        <div ref={first}>
          <Stack gap="sm">
            {step.fields.map((field) => (
              <FieldInput
                key={field.key}
                field={field}
                value={answers[field.key] ?? ''}
                error={asked && field.required && (answers[field.key] ?? '').trim() === '' ? t`Please fill this in.` : undefined}
                onChange={(value) => setAnswers((known) => ({ ...known, [field.key]: value }))}
              />
            ))}
          </Stack>
        </div>
        <Group justify="space-between">
          <Button variant="default" type="button" disabled={!before} leftSection={<IconChevronLeft size={16} aria-hidden />} onClick={() => before && go(before.id)}>
            <Trans>Back</Trans>
          </Button>
          <Button type="submit" loading={save.isPending} rightSection={nextStepId(step, answers) === null ? <IconDeviceFloppy size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}>
            {nextStepId(step, answers) === null ? <Trans>Save the answers</Trans> : <Trans>Next</Trans>}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Finished({ definition, answers, busy, onBack }: { definition: ScriptDefinition; answers: ScriptAnswers; busy: boolean; onBack: () => void }) {
  const fields = pathThrough(definition, answers).flatMap((step) => step.fields);
  return (
    <Stack gap="sm">
      <Alert color="teal" p="xs" role="status">
        {busy ? <Trans>Saving the answers</Trans> : <Trans>The script is done. The answers are kept with the call.</Trans>}
      </Alert>
      {fields.map(({ key, label }) => (
        <Text key={key} size="sm" className={classes.text}>
          {label}: {answers[key] || '–'}
        </Text>
      ))}
      <Button variant="default" w="fit-content" leftSection={<IconChevronLeft size={16} aria-hidden />} onClick={onBack}>
        <Trans>Back</Trans>
      </Button>
    </Stack>
  );
}

function useSaveAnswers(callId: string, script: CallScript) {
  const { t } = useLingui();
  const client = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: (answers: ScriptAnswers) => call(saveCallScript, { params: { id: callId }, body: { scriptId: script.scriptId ?? '', version: script.version ?? 0, answers } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [customerTimeline.id] }),
    onError: (error) => notifications.show({ color: 'red', title: t`The answers are not saved`, message: problemText(error) }),
  });
}

interface FieldProps {
  field: ScriptField;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function FieldInput({ field, value, error, onChange }: FieldProps) {
  const common = { label: field.label, withAsterisk: field.required, error };
  switch (field.kind) {
    case 'longText':
      return <Textarea {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)} autosize minRows={2} maxLength={5000} />;
    case 'choice':
      return (
        <Radio.Group {...common} value={value} onChange={onChange}>
          <Group gap="sm" mt={4}>
            {field.choices.map((choice) => (
              <Radio key={choice} value={choice} label={choice} />
            ))}
          </Group>
        </Radio.Group>
      );
    case 'number':
      return <NumberInput {...common} value={value} onChange={(next) => onChange(String(next))} />;
    case 'date':
      return <TextInput {...common} type="date" value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'check':
      return <Checkbox label={field.label} error={error} checked={value === 'yes'} onChange={(event) => onChange(event.currentTarget.checked ? 'yes' : 'no')} />;
    case 'card':
      return <CardInput {...common} kept={value} onLeave={(typed) => onChange(maskedCard(typed))} />;
    case 'text':
      return <TextInput {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)} maxLength={5000} />;
  }
}
