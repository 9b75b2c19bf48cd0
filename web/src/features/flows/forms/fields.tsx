import { ActionIcon, Button, Group, MultiSelect, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { FlowNode, FlowVerb, NodeOf, Span } from '../../../../../shared/flow/nodes.ts';
import type { Option, References } from '../use-references.ts';

/** What every form of a verb gets. */
export interface FormProps<Verb extends FlowVerb> {
  node: NodeOf<Verb>;
  references: References;
  onChange: (node: FlowNode) => void;
}

interface SoundsProps {
  label: string;
  description?: string | undefined;
  value: readonly string[];
  sounds: readonly string[];
  onChange: (value: string[]) => void;
}

/** Sounds that are played one after the other, in the order in which they were chosen. */
export function SoundsInput({ label, description, value, sounds, onChange }: SoundsProps) {
  const { t } = useLingui();
  const known = new Set([...sounds, ...value]);
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={value.length === 0 ? t`Search by name` : undefined}
      data={[...known]}
      value={[...value]}
      onChange={onChange}
      searchable
      limit={40}
      maxValues={20}
      nothingFoundMessage={t`No sound matches`}
      hidePickedOptions
    />
  );
}

interface SecondsProps {
  label: string;
  description?: string | undefined;
  valueMs: number;
  min?: number;
  max?: number;
  onChange: (ms: number) => void;
}

/** A length of time, typed in seconds. */
export function SecondsInput({ label, description, valueMs, min = 0, max = 86_400, onChange }: SecondsProps) {
  const { t } = useLingui();
  return (
    <NumberInput
      label={label}
      description={description}
      value={valueMs / 1000}
      onChange={(next) => typeof next === 'number' && onChange(Math.round(next * 1000))}
      min={min}
      max={max}
      decimalScale={1}
      suffix={t` s`}
      clampBehavior="blur"
    />
  );
}

interface ChoiceProps {
  label: string;
  description?: string | undefined;
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
}

/** One of the tenant's things by name; a value that does not exist any more stays visible. */
export function ChoiceInput({ label, description, options, value, onChange }: ChoiceProps) {
  const isGone = value !== '' && !options.some((option) => option.value === value);
  return (
    <Select
      label={label}
      description={description}
      data={[...options, ...(isGone ? [{ value, label: value }] : [])]}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
      searchable
      allowDeselect={false}
    />
  );
}

interface RowsProps<Row> {
  legend: ReactNode;
  rows: readonly Row[];
  /** Named for people who cannot see the row beside the button. */
  removeLabel: (index: number) => string;
  addLabel: ReactNode;
  make: () => Row;
  max?: number;
  /** Rows can be moved up. */
  ordered?: boolean;
  onChange: (rows: Row[]) => void;
  children: (row: Row, set: (row: Row) => void, index: number) => ReactNode;
}

/** Rows that can be added, removed and put in order. */
export function Rows<Row>({ legend, rows, removeLabel, addLabel, make, max = 20, ordered = false, onChange, children }: RowsProps<Row>) {
  const { t } = useLingui();
  const without = (index: number) => rows.filter((_, other) => other !== index);
  const up = (index: number) => {
    const next = [...rows];
    const [moved] = next.splice(index, 1);
    if (moved !== undefined) next.splice(index - 1, 0, moved);
    return next;
  };
  return (
    <Stack gap={6} component="fieldset" p={0} m={0} style={{ border: 0 }}>
      <Text component="legend" size="sm" fw={500} mb={4}>
        {legend}
      </Text>
      {rows.map((row, index) => (
        // Rows have no identity of their own; a changed one is drawn anew at its place.
        <Group key={index} gap={6} align="flex-start" wrap="nowrap">
          <Stack gap={4} style={{ flex: 1 }} miw={0}>
            {children(row, (next) => onChange(rows.map((entry, other) => (other === index ? next : entry))), index)}
          </Stack>
          {ordered && index > 0 && (
            <ActionIcon variant="subtle" color="gray" mt={4} aria-label={t`Move up`} onClick={() => onChange(up(index))}>
              <IconArrowUp size={16} aria-hidden />
            </ActionIcon>
          )}
          <ActionIcon variant="subtle" color="red" mt={4} aria-label={removeLabel(index)} onClick={() => onChange(without(index))}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {rows.length < max && (
        <Button size="compact-sm" variant="default" w="fit-content" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => onChange([...rows, make()])}>
          {addLabel}
        </Button>
      )}
    </Stack>
  );
}

/** 540 as 09:00; the end of the day is 24:00. */
export const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** 09:00 as 540; null for what is no time of day. */
export function minuteOf(clock: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(clock.trim());
  if (!match) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= 1440 && Number(match[2]) < 60 ? minute : null;
}

/** A time of day as offices write it, 00:00 to 24:00; browsers' own fields show some people AM and PM. */
function ClockInput({ label, minute, onChange }: { label: string; minute: number; onChange: (minute: number) => void }) {
  // What is being typed; null = what is stored.
  const [typed, setTyped] = useState<string | null>(null);
  const take = (text: string) => {
    const next = minuteOf(text.normalize('NFKC').replaceAll('.', ':'));
    setTyped(next === null ? text : null);
    if (next !== null) onChange(next);
  };
  return (
    <TextInput
      size="xs"
      w={68}
      inputMode="numeric"
      placeholder="09:00"
      aria-label={label}
      className="scc-digits"
      value={typed ?? clockOf(minute)}
      error={typed !== null && minuteOf(typed) === null && typed.length >= 5}
      onChange={(event) => (event.currentTarget.value.length >= 5 ? take(event.currentTarget.value) : setTyped(event.currentTarget.value))}
      onBlur={() => {
        if (typed !== null) take(typed);
        setTyped(null);
      }}
      maxLength={5}
    />
  );
}

/** Spans of one day, from and to. */
export function SpansInput({ legend, name, spans, onChange }: { legend: ReactNode; name: string; spans: readonly Span[]; onChange: (spans: Span[]) => void }) {
  const { t } = useLingui();
  return (
    <Rows
      legend={legend}
      rows={spans}
      removeLabel={(index) => t`Remove span ${index + 1} of ${name}`}
      addLabel={<Trans>Add a span</Trans>}
      make={() => ({ fromMinute: spans.at(-1)?.toMinute === 720 ? 780 : 540, toMinute: spans.length === 0 ? 720 : 1080 })}
      max={12}
      onChange={onChange}
    >
      {(span, set, index) => (
        <Group gap={6} wrap="nowrap">
          <ClockInput label={t`${name}, span ${index + 1}, from`} minute={span.fromMinute} onChange={(fromMinute) => set({ ...span, fromMinute })} />
          <Text size="sm" aria-hidden>
            –
          </Text>
          <ClockInput label={t`${name}, span ${index + 1}, to`} minute={span.toMinute} onChange={(toMinute) => set({ ...span, toMinute })} />
        </Group>
      )}
    </Rows>
  );
}
