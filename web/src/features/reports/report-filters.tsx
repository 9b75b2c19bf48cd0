import { Button, Group, NumberInput, SegmentedControl, Select } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { REPORT_GROUPS, REPORT_INTERVALS, type ReportGroup, type ReportInterval } from '../../../../shared/api/reports.ts';
import { PeriodInputs, type Period } from '../../records/filter-inputs.tsx';
import { useQueueOptions } from '../../records/queues.ts';
import { COLUMN_SETS, type ColumnSet } from './report-columns.ts';
import { presetDays, type Preset, type ReportChoice } from './report-query.ts';

/** Buttons for the periods that are asked for most. */
export function Presets({ onChoose }: { onChoose: (choice: Period & Pick<ReportChoice, 'interval'>) => void }) {
  const { t } = useLingui();
  const presets: [Preset, string][] = [
    ['today', t`Today`],
    ['yesterday', t`Yesterday`],
    ['week', t`7 days`],
    ['month', t`This month`],
    ['lastMonth', t`Last month`],
  ];
  return (
    <Group gap={4}>
      {presets.map(([preset, label]) => (
        <Button key={preset} size="compact-sm" variant="default" onClick={() => onChoose(presetDays(preset, Date.now()))}>
          {label}
        </Button>
      ))}
    </Group>
  );
}

/** Names of the intervals. */
export function useIntervalText(): Readonly<Record<ReportInterval, string>> {
  const { t } = useLingui();
  return { 15: t`15 minutes`, 30: t`30 minutes`, 60: t`60 minutes`, day: t`Day`, week: t`Week`, month: t`Month`, total: t`Whole period` };
}

/** By what a call report tells its lines apart. */
export function useGroupText(): Readonly<Record<ReportGroup, string>> {
  const { t } = useLingui();
  return { none: t`Nothing`, queue: t`Queue`, agent: t`Agent`, number: t`Dialled number`, wrapUp: t`Wrap-up code` };
}

interface Props {
  value: ReportChoice;
  onChange: (choice: ReportChoice) => void;
}

/** Period, interval, grouping, queue and the two thresholds of a call report. */
export function ReportFilters({ value, onChange }: Props) {
  const { t } = useLingui();
  const intervals = useIntervalText();
  const groups = useGroupText();
  const queues = useQueueOptions();
  const set = (part: Partial<ReportChoice>) => onChange({ ...value, ...part });
  const number = (typed: string | number): number | '' => (typeof typed === 'number' ? typed : '');
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
      <Select label={t`Interval`} w={130} allowDeselect={false} data={REPORT_INTERVALS.map((name) => ({ value: name, label: intervals[name] }))} value={value.interval} onChange={(interval) => set({ interval: interval as ReportInterval })} />
      <Select label={t`Break down by`} w={150} allowDeselect={false} data={REPORT_GROUPS.map((name) => ({ value: name, label: groups[name] }))} value={value.groupBy} onChange={(groupBy) => set({ groupBy: groupBy as ReportGroup })} />
      <Select label={t`Queue`} placeholder={t`All`} clearable w={160} data={queues} value={value.queueId} onChange={(queueId) => set({ queueId })} />
      <NumberInput label={t`Answer within (s)`} placeholder={t`Each queue’s`} w={140} min={0} max={3600} value={value.thresholdSeconds} onChange={(typed) => set({ thresholdSeconds: number(typed) })} />
      <NumberInput label={t`Short abandon (s)`} w={150} min={0} max={600} value={value.shortSeconds} onChange={(typed) => set({ shortSeconds: number(typed) === '' ? 0 : Number(typed) })} />
    </Group>
  );
}

/** Which columns the table shows. */
export function ColumnChoice({ value, onChange }: { value: ColumnSet; onChange: (set: ColumnSet) => void }) {
  const { t } = useLingui();
  const labels: Record<ColumnSet, string> = { main: t`Main figures`, serviceLevels: t`Service levels`, times: t`Times`, all: t`All columns` };
  return (
    <SegmentedControl
      size="sm"
      style={{ overflowX: 'auto', maxWidth: '100%' }}
      aria-label={t`Columns`}
      data={COLUMN_SETS.map((name) => ({ value: name, label: labels[name] }))}
      value={value}
      onChange={(name) => onChange(name as ColumnSet)}
    />
  );
}

/** Shown while the chosen days are no period. */
export function NoPeriod() {
  return <Trans>Choose a first and a last day.</Trans>;
}
