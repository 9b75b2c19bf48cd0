import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFilterOff } from '@tabler/icons-react';
import { useState } from 'react';
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

/** Time without a key pressed after which a list is asked for what was typed, ms. */
const SETTLED_MS = 300;

/** The number of the other side of calls: whole, in any writing, or its last four digits. Empty = every number. */
export function CallNumberInput({ value, onChange }: { value: string; onChange: (number: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  const tell = useDebouncedCallback((number: string) => {
    setTold(number);
    onChange(number);
  }, SETTLED_MS);
  // Changed by somebody else: the filters were cleared, or another entry of the history is shown.
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  return (
    <TextInput
      type="search"
      label={t`Telephone number`}
      placeholder={t`Whole, or last 4 digits`}
      w={180}
      maxLength={40}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
    />
  );
}

/** Takes all conditions away. */
export function ClearFilters({ disabled, onClear }: { disabled: boolean; onClear: () => void }) {
  return (
    <Button variant="subtle" color="gray" leftSection={<IconFilterOff size={18} aria-hidden />} disabled={disabled} onClick={onClear}>
      <Trans>Clear filters</Trans>
    </Button>
  );
}

/** Whose calls a list shows; null = everybody's. */
export function AgentSelect({ value, onChange }: { value: string | null; onChange: (agentId: string | null) => void }) {
  const { t } = useLingui();
  const people = usePeople();
  return <Select label={t`Agent`} placeholder={t`All`} clearable searchable w={180} data={peopleOptions(people)} value={value} onChange={onChange} />;
}
