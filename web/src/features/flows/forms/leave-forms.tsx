import { Select, Stack, Switch, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { NodeOf } from '../../../../../shared/flow/nodes.ts';
import { ChoiceInput, SecondsInput, type FormProps } from './fields.tsx';

export function DialForm({ node, references, onChange }: FormProps<'dial'>) {
  const { t } = useLingui();
  const { to = 'number' } = node;
  return (
    <Stack gap="sm">
      <Select
        label={t`Transfer to`}
        data={[
          { value: 'number', label: t`A number outside` },
          { value: 'extension', label: t`A telephone here` },
          { value: 'agent', label: t`An agent` },
        ]}
        value={to}
        onChange={(next) => next !== null && onChange({ ...node, to: next as NonNullable<NodeOf<'dial'>['to']>, number: '' })}
        allowDeselect={false}
      />
      {to === 'number' && <TextInput type="tel" label={t`Number`} value={node.number} onChange={(event) => onChange({ ...node, number: event.currentTarget.value.replaceAll(/[^\d+]/g, '') })} maxLength={21} />}
      {to === 'extension' && <ChoiceInput label={t`Telephone`} options={references.extensions} value={node.number} onChange={(number) => onChange({ ...node, number })} />}
      {to === 'agent' && <ChoiceInput label={t`Agent`} options={references.agents} value={node.number} onChange={(number) => onChange({ ...node, number })} />}
      {to === 'number' && (
        <Select
          label={t`Number shown`}
          placeholder={t`The first that may be shown`}
          data={[...references.numbers]}
          value={node.callerId}
          onChange={(callerId) => onChange({ ...node, callerId })}
          clearable
          searchable
        />
      )}
      <SecondsInput label={t`Ring for`} valueMs={node.ringMs} min={1} max={180} onChange={(ringMs) => onChange({ ...node, ringMs })} />
      <Switch label={t`Record the conversation`} checked={node.record} onChange={(event) => onChange({ ...node, record: event.currentTarget.checked })} />
    </Stack>
  );
}

export function FlowChoiceForm({ node, references, onChange }: FormProps<'subflow' | 'goto'>) {
  const { t } = useLingui();
  return <ChoiceInput label={t`Flow`} description={t`Its published version is run`} options={references.flows} value={node.flow} onChange={(flow) => onChange({ ...node, flow })} />;
}

export function HangupForm({ node, onChange }: FormProps<'hangup'>) {
  const { t } = useLingui();
  return (
    <Select
      label={t`Cause`}
      description={t`Before anything was played the call is refused with it, and the caller pays nothing`}
      data={[
        { value: 'normal', label: t`Normal clearing` },
        { value: 'busy', label: t`Busy` },
        { value: 'rejected', label: t`Rejected` },
        { value: 'unavailable', label: t`Temporarily unavailable` },
        { value: 'noSuchNumber', label: t`No such number` },
      ]}
      value={node.cause ?? 'normal'}
      onChange={(next) => next !== null && onChange({ ...node, cause: next as NonNullable<NodeOf<'hangup'>['cause']> })}
      allowDeselect={false}
    />
  );
}
