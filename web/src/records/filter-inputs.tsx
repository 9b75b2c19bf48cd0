import { Select, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { peopleOptions, usePeople } from './people.ts';

/** First and last day, `YYYY-MM-DD`, empty = open. */
export interface Period {
  fromDay: string;
  toDay: string;
}

/** From which to which day a list goes. */
export function PeriodInputs({ value, onChange }: { value: Period; onChange: (change: Partial<Period>) => void }) {
  const { t } = useLingui();
  return (
    <>
      <TextInput type="date" label={t`From`} value={value.fromDay} max={value.toDay} onChange={(event) => onChange({ fromDay: event.currentTarget.value })} />
      <TextInput type="date" label={t`To`} value={value.toDay} min={value.fromDay} onChange={(event) => onChange({ toDay: event.currentTarget.value })} />
    </>
  );
}

/** Whose calls a list shows; null = everybody's. */
export function AgentSelect({ value, onChange }: { value: string | null; onChange: (agentId: string | null) => void }) {
  const { t } = useLingui();
  const people = usePeople();
  return <Select label={t`Agent`} placeholder={t`All`} clearable searchable w={180} data={peopleOptions(people)} value={value} onChange={onChange} />;
}
