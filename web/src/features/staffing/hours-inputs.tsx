import { Group, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { ShiftFault } from '../../../../shared/staffing-times.ts';
import type { HoursDraft } from './shift-times.ts';

/** What is wrong with hours, in a sentence. */
export function useFaultText(): Readonly<Record<ShiftFault, string>> {
  const { t } = useLingui();
  return {
    start: t`Write the start as 9:00, before 24:00.`,
    end: t`Write the end as 18:00, later than the start; 25:00 is one in the night.`,
    tooLong: t`A shift lasts at most 24 hours.`,
    breaks: t`Write breaks as 12:00-13:00, 15:00-15:10: one after the other, within the shift.`,
  };
}

interface Props {
  value: HoursDraft;
  fault: ShiftFault | null;
  onChange: (value: HoursDraft) => void;
}

/** Start, end and breaks of a shift. */
export function HoursInputs({ value, fault, onChange }: Props) {
  const { t } = useLingui();
  const texts = useFaultText();
  const error = (of: readonly ShiftFault[]): string | null => (fault !== null && of.includes(fault) ? texts[fault] : null);
  return (
    <Group gap="sm" align="flex-start">
      <TextInput label={t`Start`} w={110} value={value.start} error={error(['start'])} onChange={(event) => onChange({ ...value, start: event.currentTarget.value })} />
      <TextInput label={t`End`} w={110} value={value.end} error={error(['end', 'tooLong'])} onChange={(event) => onChange({ ...value, end: event.currentTarget.value })} />
      <TextInput label={t`Breaks`} placeholder="12:00-13:00" w={220} value={value.breaks} error={error(['breaks'])} onChange={(event) => onChange({ ...value, breaks: event.currentTarget.value })} />
    </Group>
  );
}
