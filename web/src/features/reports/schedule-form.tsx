import { Button, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createReportSchedule, listReportSchedules, REPORT_GROUPS, REPORT_INTERVALS, type ReportSchedule, updateReportSchedule } from '../../../../shared/api/reports.ts';
import { call, type CallRequest } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { wrongAddresses } from '../../records/receivers.ts';
import { useSave } from '../../records/use-save.ts';
import { useGroupText, useIntervalText } from './report-filters.tsx';
import { clockText, minuteOf } from './report-query.ts';

type Draft = Required<CallRequest<typeof createReportSchedule>['body']>;

const firstDraft: Draft = { name: '', report: 'calls', every: 'day', atMinute: 7 * 60, interval: '30', groupBy: 'queue', format: 'xlsx', lang: 'ja', recipients: [], active: true };

/** When a scheduled report goes out, in words. */
export function useEveryText(): (every: ReportSchedule['every'], atMinute: number) => string {
  const { t } = useLingui();
  return (every, atMinute) => {
    const clock = clockText(atMinute);
    if (every === 'day') return t`Each day at ${clock}`;
    return every === 'week' ? t`Mondays at ${clock}` : t`On the first at ${clock}`;
  };
}

/** A scheduled report, new or stored. */
export function ScheduleForm({ stored, onClose }: { stored: ReportSchedule | null; onClose: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState<Draft>(() => (stored ? draftOf(stored) : firstDraft));
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const wrong = wrongAddresses(draft.recipients);
  const isComplete = draft.name.trim() !== '' && draft.recipients.length > 0 && wrong.length === 0;
  const save = useSave({
    run: () => (stored ? call(updateReportSchedule, { params: { id: stored.id }, body: draft }) : call(createReportSchedule, { body: draft })),
    refresh: [listReportSchedules.id],
    done: t`Saved`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(undefined);
  };
  return (
    <FormDialog keep size="lg" onClose={onClose} title={stored ? <Trans>Change scheduled report</Trans> : <Trans>New scheduled report</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} description={t`Also the subject of the mail`} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={100} data-autofocus />
          <WhatFields draft={draft} onChange={set} />
          <WhenFields draft={draft} onChange={set} />
          <TagsInput
            label={t`Receivers`}
            description={t`Mail addresses; Enter adds one`}
            value={draft.recipients}
            onChange={(recipients) => set({ recipients })}
            error={wrong.length > 0 ? t`Not a mail address: ${wrong.join(', ')}` : undefined}
            maxTags={20}
            splitChars={[',', ' ', ';']}
            acceptValueOnBlur
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isComplete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}

const draftOf = ({ name, report, every, atMinute, interval, groupBy, format, lang, recipients, active }: ReportSchedule): Draft => ({ name, report, every, atMinute, interval, groupBy, format, lang, recipients, active });

interface FieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function WhatFields({ draft, onChange }: FieldsProps) {
  const { t } = useLingui();
  const intervals = useIntervalText();
  const groups = useGroupText();
  return (
    <Group gap="sm" grow>
      <Select label={t`Report`} allowDeselect={false} data={[{ value: 'calls', label: t`Calls` }, { value: 'agents', label: t`Agents` }]} value={draft.report} onChange={(report) => onChange({ report: report as Draft['report'] })} />
      {draft.report === 'calls' && (
        <>
          <Select label={t`Interval`} allowDeselect={false} data={REPORT_INTERVALS.map((value) => ({ value, label: intervals[value] }))} value={draft.interval} onChange={(interval) => onChange({ interval: interval as Draft['interval'] })} />
          <Select label={t`Break down by`} allowDeselect={false} data={REPORT_GROUPS.map((value) => ({ value, label: groups[value] }))} value={draft.groupBy} onChange={(groupBy) => onChange({ groupBy: groupBy as Draft['groupBy'] })} />
        </>
      )}
    </Group>
  );
}

function WhenFields({ draft, onChange }: FieldsProps) {
  const { t } = useLingui();
  const formats = [
    { value: 'xlsx', label: t`Excel (XLSX)` },
    { value: 'csv', label: t`CSV (UTF-8 with BOM)` },
    { value: 'csv-cp932', label: t`CSV (Shift_JIS, CP932)` },
  ];
  const everys = [
    { value: 'day', label: t`Each day, of the day before` },
    { value: 'week', label: t`Mondays, of the week before` },
    { value: 'month', label: t`On the first, of the month before` },
  ];
  return (
    <>
      <Group gap="sm" grow>
        <Select label={t`How often`} allowDeselect={false} data={everys} value={draft.every} onChange={(every) => onChange({ every: every as Draft['every'] })} />
        <TextInput type="time" label={t`Time (JST)`} value={clockText(draft.atMinute)} onChange={(event) => onChange({ atMinute: minuteOf(event.currentTarget.value) ?? draft.atMinute })} />
      </Group>
      <Group gap="sm" grow>
        <Select label={t`File`} allowDeselect={false} data={formats} value={draft.format} onChange={(format) => onChange({ format: format as Draft['format'] })} />
        <Select label={t`Language`} allowDeselect={false} data={[{ value: 'ja', label: '日本語' }, { value: 'en', label: 'English' }]} value={draft.lang} onChange={(lang) => onChange({ lang: lang as Draft['lang'] })} />
      </Group>
    </>
  );
}
