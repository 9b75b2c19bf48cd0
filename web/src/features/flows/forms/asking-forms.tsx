import { Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { FlowNode, NodeOf } from '../../../../../shared/flow/nodes.ts';
import { Rows, SecondsInput, SoundsInput, type FormProps } from './fields.tsx';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'];

/** What the caller hears, and what happens when they press nothing or something else. */
function AskingFields({ node, references, onChange }: FormProps<'menu' | 'collect' | 'consent'>) {
  const { t } = useLingui();
  const set = (part: Partial<NodeOf<'menu'>>) => onChange({ ...node, ...part } as FlowNode);
  return (
    <Stack gap="sm">
      <SoundsInput label={t`Sounds`} value={node.prompts} sounds={references.sounds} onChange={(prompts) => set({ prompts })} />
      <Group grow align="flex-start">
        <SecondsInput label={t`Wait for a key`} valueMs={node.timeoutMs} min={0.5} onChange={(timeoutMs) => set({ timeoutMs })} />
        <NumberInput label={t`Repeats`} value={node.retries} onChange={(next) => typeof next === 'number' && set({ retries: next })} min={0} max={20} allowDecimal={false} />
      </Group>
      <SoundsInput label={t`When the key is wrong`} value={node.invalidPrompts} sounds={references.sounds} onChange={(invalidPrompts) => set({ invalidPrompts })} />
      <SoundsInput label={t`When nothing is pressed`} value={node.timeoutPrompts} sounds={references.sounds} onChange={(timeoutPrompts) => set({ timeoutPrompts })} />
    </Stack>
  );
}

const nextFree = (taken: readonly string[]): string => KEYS.find((key) => !taken.includes(key)) ?? '';

export function MenuForm(props: FormProps<'menu'>) {
  const { node, onChange } = props;
  const { t } = useLingui();
  const keys = Object.keys(node.choices);
  const rows = KEYS.filter((key) => keys.includes(key));
  const change = (next: readonly string[]) => {
    // A row that was changed keeps where its key led.
    const renamed = next.length === rows.length ? next.map((key, index) => [key, node.choices[rows[index] ?? ''] ?? ''] as const) : next.map((key) => [key, node.choices[key] ?? ''] as const);
    onChange({ ...node, choices: Object.fromEntries(renamed) });
  };
  return (
    <Stack gap="sm">
      <Rows legend={<Trans>Keys</Trans>} rows={rows} removeLabel={(index) => t`Remove key ${rows[index] ?? ''}`} addLabel={<Trans>Add a key</Trans>} make={() => nextFree(keys)} max={12} onChange={change}>
        {(key, set) => <Select aria-label={t`Key`} size="xs" data={KEYS.filter((other) => other === key || !keys.includes(other))} value={key} onChange={(next) => next !== null && set(next)} allowDeselect={false} />}
      </Rows>
      <AskingFields {...props} />
    </Stack>
  );
}

export function CollectForm(props: FormProps<'collect'>) {
  const { node, onChange } = props;
  const { t } = useLingui();
  const number = (field: 'minDigits' | 'maxDigits') => (next: string | number) => {
    if (typeof next === 'number') onChange({ ...node, [field]: next });
  };
  return (
    <Stack gap="sm">
      <TextInput label={t`Variable`} description={t`Letters, digits and _; conditions and texts use it by this name`} value={node.variable} onChange={(event) => onChange({ ...node, variable: event.currentTarget.value.replaceAll(/[^A-Za-z0-9_]/g, '') })} maxLength={40} />
      <Group grow align="flex-start">
        <NumberInput label={t`At least, digits`} value={node.minDigits} onChange={number('minDigits')} min={1} max={40} allowDecimal={false} />
        <NumberInput label={t`At most, digits`} value={node.maxDigits} onChange={number('maxDigits')} min={1} max={40} allowDecimal={false} />
      </Group>
      <Select
        label={t`Key that ends the input`}
        data={[
          { value: '#', label: '#' },
          { value: '*', label: '*' },
          { value: 'none', label: t`None` },
        ]}
        value={node.terminator}
        onChange={(next) => next !== null && onChange({ ...node, terminator: next as '#' | '*' | 'none' })}
        allowDeselect={false}
      />
      <Switch label={t`Masked: card number or PIN`} description={t`The digits stand in no record, trace or log`} checked={node.masked} onChange={(event) => onChange({ ...node, masked: event.currentTarget.checked })} />
      <AskingFields {...props} />
    </Stack>
  );
}

export function ConsentForm(props: FormProps<'consent'>) {
  const { node, onChange } = props;
  const { t } = useLingui();
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <Select label={t`Key for yes`} data={KEYS} value={node.yesKey} onChange={(next) => next !== null && onChange({ ...node, yesKey: next })} allowDeselect={false} />
        <Select label={t`Key for no`} data={KEYS} value={node.noKey} onChange={(next) => next !== null && onChange({ ...node, noKey: next })} allowDeselect={false} />
      </Group>
      <AskingFields {...props} />
    </Stack>
  );
}
