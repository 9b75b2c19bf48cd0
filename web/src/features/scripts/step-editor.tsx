import { ActionIcon, Button, Card, Checkbox, Group, Select, Stack, TagsInput, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ScriptDefinition, ScriptField, ScriptStep } from '../../../../shared/scripts.ts';
import { OrderButtons } from '../../components/order-buttons.tsx';
import { freshKey } from '../../records/fresh-key.ts';
import { changeStep, emptyField, moveStep, withoutStep } from './script-draft.ts';

interface Props {
  draft: ScriptDefinition;
  step: ScriptStep;
  faults: readonly string[];
  onChange: (draft: ScriptDefinition) => void;
}

/** One step: what is said, what is asked, where it leads. */
export function StepEditor({ draft, step, faults, onChange }: Props) {
  const { t } = useLingui();
  const index = draft.steps.indexOf(step);
  const set = (change: Partial<ScriptStep>) => onChange(changeStep(draft, step.id, change));
  const keys = draft.steps.flatMap((each) => each.fields.map(({ key }) => key));
  return (
    <Card withBorder padding="md" component="section" aria-label={step.title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {index + 1}. {step.title}
          </Title>
          <OrderButtons
            name={step.title}
            isFirst={index === 0}
            isLast={index === draft.steps.length - 1}
            onMove={(by) => onChange(moveStep(draft, step.id, by))}
            onRemove={draft.steps.length > 1 ? () => onChange(withoutStep(draft, step.id)) : null}
          />
        </Group>
        {faults.map((fault) => (
          <Text key={fault} size="sm" c="red.8" role="alert">
            {fault}
          </Text>
        ))}
        <TextInput label={t`Title`} value={step.title} onChange={(event) => set({ title: event.currentTarget.value })} maxLength={100} required />
        <Textarea label={t`What the agent says`} value={step.say} onChange={(event) => set({ say: event.currentTarget.value })} autosize minRows={2} maxLength={5000} />
        {step.fields.map((field) => (
          <FieldRow
            key={field.key}
            field={field}
            onChange={(change) => set({ fields: step.fields.map((each) => (each === field ? { ...each, ...change } : each)) })}
            onRemove={() => set({ fields: step.fields.filter((each) => each !== field) })}
          />
        ))}
        <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={16} aria-hidden />} disabled={step.fields.length >= 20} onClick={() => set({ fields: [...step.fields, emptyField(freshKey('field', keys), t`New field`)] })}>
          <Trans>Add a field</Trans>
        </Button>
        <Branches draft={draft} step={step} onChange={set} />
      </Stack>
    </Card>
  );
}

function FieldRow({ field, onChange, onRemove }: { field: ScriptField; onChange: (change: Partial<ScriptField>) => void; onRemove: () => void }) {
  const { t } = useLingui();
  const kinds: { value: ScriptField['kind']; label: string }[] = [
    { value: 'text', label: t`One line` },
    { value: 'longText', label: t`Several lines` },
    { value: 'choice', label: t`Choice` },
    { value: 'number', label: t`Figure` },
    { value: 'date', label: t`Date` },
    { value: 'check', label: t`Yes or no` },
    { value: 'card', label: t`Card number (recording pauses)` },
  ];
  return (
    <Group gap="xs" align="flex-end">
      <TextInput label={t`Field`} value={field.label} onChange={(event) => onChange({ label: event.currentTarget.value })} maxLength={100} />
      <Select label={t`Kind of field`} data={kinds} value={field.kind} onChange={(kind) => kind !== null && onChange({ kind: kind as ScriptField['kind'], choices: kind === 'choice' ? field.choices : [] })} allowDeselect={false} w={220} />
      {field.kind === 'choice' && <TagsInput label={t`Choices`} placeholder={t`Enter after each`} value={field.choices} onChange={(choices) => onChange({ choices })} maxTags={30} maxLength={100} w={260} />}
      <Checkbox label={t`Required`} checked={field.required} onChange={(event) => onChange({ required: event.currentTarget.checked })} mb={8} />
      <ActionIcon variant="subtle" color="red" aria-label={t`Remove: ${field.label}`} onClick={onRemove} mb={4}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** Where a step leads: by its answers, else on. */
function Branches({ draft, step, onChange }: { draft: ScriptDefinition; step: ScriptStep; onChange: (change: Partial<ScriptStep>) => void }) {
  const { t } = useLingui();
  const steps = draft.steps.filter((each) => each !== step).map(({ id, title }) => ({ value: id, label: title }));
  const asked = draft.steps.flatMap((each) => each.fields).filter(({ kind }) => kind === 'choice' || kind === 'check');
  const fields = asked.map(({ key, label }) => ({ value: key, label }));
  const answersOf = (key: string): string[] => {
    const field = asked.find((each) => each.key === key);
    return field?.kind === 'check' ? ['yes', 'no'] : (field?.choices ?? []);
  };
  const change = (index: number, part: Partial<ScriptStep['branches'][number]>) => onChange({ branches: step.branches.map((branch, at) => (at === index ? { ...branch, ...part } : branch)) });
  const first = asked[0];
  return (
    <Stack gap="xs">
      {step.branches.map((branch, index) => (
        <Group key={index} gap="xs" align="flex-end">
          <Select label={t`If`} data={fields} value={branch.field} onChange={(field) => field !== null && change(index, { field, equals: answersOf(field)[0] ?? '' })} w={180} />
          <Select label={t`is answered`} data={answersOf(branch.field).map((value) => ({ value, label: value === 'yes' ? t`Yes` : value === 'no' ? t`No` : value }))} value={branch.equals} onChange={(equals) => equals !== null && change(index, { equals })} w={160} />
          <Select label={t`go to`} data={steps} value={branch.to} onChange={(to) => to !== null && change(index, { to })} w={200} />
          <ActionIcon variant="subtle" color="red" aria-label={t`Remove the branch`} onClick={() => onChange({ branches: step.branches.filter((_, at) => at !== index) })} mb={4}>
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group gap="xs" align="flex-end">
        <Select label={step.branches.length > 0 ? t`Otherwise go to` : t`Then go to`} placeholder={t`End of the script`} data={steps} value={step.next} onChange={(next) => onChange({ next })} clearable w={240} />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={!first || steps.length === 0}
          onClick={() => first && onChange({ branches: [...step.branches, { field: first.key, equals: answersOf(first.key)[0] ?? '', to: steps[0]?.value ?? '' }] })}
        >
          <Trans>Add a branch</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
