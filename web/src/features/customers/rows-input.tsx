import { ActionIcon, Button, Fieldset, Group, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';

interface Props {
  label: string;
  /** Name of a row, counted from 1, for those who do not see the layout. */
  rowLabel: (row: number) => string;
  addLabel: string;
  removeLabel: (row: number) => string;
  type: 'tel' | 'email';
  rows: readonly string[];
  onChange: (rows: string[]) => void;
  fault: (index: number) => string | undefined;
  maxLength: number;
}

/** Several values of one kind, one per row. */
export function RowsInput({ label, rowLabel, addLabel, removeLabel, type, rows, onChange, fault, maxLength }: Props) {
  return (
    <Fieldset legend={label} variant="unstyled" styles={{ legend: { fontSize: 'var(--mantine-font-size-sm)', fontWeight: 650 } }}>
      <Stack gap="xs" align="flex-start">
        {rows.map((row, index) => (
          // The place is the identity of a row: rows are only ever edited in place, added last, or removed.
          // eslint-disable-next-line react/no-array-index-key
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start" w="100%" maw={420}>
            <TextInput
              aria-label={rowLabel(index + 1)}
              type={type}
              value={row}
              onChange={(event) => onChange(rows.with(index, event.currentTarget.value))}
              error={fault(index)}
              maxLength={maxLength}
              autoComplete="off"
              flex={1}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={removeLabel(index + 1)}
              onClick={() => onChange(rows.length > 1 ? rows.toSpliced(index, 1) : [''])}
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {rows.length < 20 && (
          <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onChange([...rows, ''])}>
            {addLabel}
          </Button>
        )}
      </Stack>
    </Fieldset>
  );
}
