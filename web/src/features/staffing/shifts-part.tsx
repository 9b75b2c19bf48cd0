import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronLeft, IconChevronRight, IconCopy, IconTemplate, IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { copyShifts, exportShifts, listShifts, listShiftTemplates } from '../../../../shared/api/shifts.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, callBinary } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { dayInJapan } from '../../records/day-range.ts';
import { ExportMenu } from '../../records/export-menu.tsx';
import { usePeople } from '../../records/people.ts';
import { Coverage } from './coverage.tsx';
import { ShiftDialog, type ShiftPlace } from './shift-dialog.tsx';
import { ShiftImportDialog } from './shift-import.tsx';
import { ShiftTable } from './shift-table.tsx';
import { ShiftTemplates } from './shift-templates.tsx';
import { useQueues } from './use-queues.ts';
import { useShiftChange } from './use-shift-change.tsx';
import { mondayOf, moveDay, weekText } from './week.ts';

/** A week of shifts, and whether they are enough. */
export function ShiftsPart() {
  const { can } = useSession();
  const [monday, setMonday] = useState(() => mondayOf(dayInJapan(Date.now())));
  const [queueId, setQueueId] = useState<string | null>(null);
  const [place, setPlace] = useState<ShiftPlace | null>(null);
  const mayPlan = can('staffing.manage');
  const query = { fromDay: monday, toDay: moveDay(monday, 6) };
  const shifts = useQuery({ queryKey: [listShifts.id, query], queryFn: ({ signal }) => call(listShifts, { query }, signal), placeholderData: keepPreviousData });
  const templates = useQuery({ queryKey: [listShiftTemplates.id], queryFn: ({ signal }) => call(listShiftTemplates, {}, signal) });
  const people = usePeople('active');
  const { queues } = useQueues(null);
  const members = queues.find(({ id }) => id === queueId)?.memberIds;
  const shown = people.filter(({ id }) => members === undefined || members.includes(id));
  return (
    <Stack gap="md">
      <Toolbar monday={monday} onMonday={setMonday} queueId={queueId} onQueue={setQueueId} mayPlan={mayPlan} />
      {shifts.error && <ErrorState error={shifts.error} onRetry={() => void shifts.refetch()} />}
      {shifts.isPending && <LoadingRows rows={8} />}
      {shifts.data && shown.length === 0 && <EmptyState title={<Trans>Nobody to plan for</Trans>} hint={<Trans>This queue has no agents yet.</Trans>} />}
      {shifts.data && shown.length > 0 && <ShiftTable monday={monday} people={shown} shifts={shifts.data.items} stale={shifts.isPlaceholderData} onChoose={mayPlan ? setPlace : null} />}
      <Coverage monday={monday} queueId={queueId} />
      {place && <ShiftDialog place={place} templates={templates.data?.items ?? []} onClose={() => setPlace(null)} />}
    </Stack>
  );
}

interface ToolbarProps {
  monday: string;
  onMonday: (day: string) => void;
  queueId: string | null;
  onQueue: (queueId: string | null) => void;
  mayPlan: boolean;
}

function Toolbar({ monday, onMonday, queueId, onQueue, mayPlan }: ToolbarProps) {
  const { i18n, t } = useLingui();
  const { queues } = useQueues(null);
  const sunday = moveDay(monday, 6);
  return (
    <Group justify="space-between" align="flex-end">
      <Group gap="xs" align="flex-end">
        <ActionIcon variant="default" size="lg" aria-label={t`Week before`} onClick={() => onMonday(moveDay(monday, -7))}>
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <Button variant="default" onClick={() => onMonday(mondayOf(dayInJapan(Date.now())))}>
          <Trans>This week</Trans>
        </Button>
        <ActionIcon variant="default" size="lg" aria-label={t`Week after`} onClick={() => onMonday(moveDay(monday, 7))}>
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        <Text fw={600} className="scc-digits" mb={6}>
          {weekText(monday, i18n.locale)}
        </Text>
        <Select label={t`Queue`} placeholder={t`All`} clearable w={180} data={queues.map(({ id, name }) => ({ value: id, label: name }))} value={queueId} onChange={onQueue} />
      </Group>
      <Group gap="xs">
        {mayPlan && <Planning monday={monday} />}
        <ExportMenu name={`${t`shifts`}-${monday}`} disabled={false} fetchFile={(form) => callBinary(exportShifts, { query: { fromDay: monday, toDay: sunday, ...form } })} />
      </Group>
    </Group>
  );
}

/** What changes more than one shift. */
function Planning({ monday }: { monday: string }) {
  const [dialog, setDialog] = useState<'templates' | 'import' | null>(null);
  const copy = useShiftChange(() => call(copyShifts, { body: { fromDay: moveDay(monday, -7), toDay: monday } }));
  return (
    <>
      <Button variant="default" loading={copy.isPending} leftSection={<IconCopy size={18} aria-hidden />} onClick={() => copy.mutate(undefined)}>
        <Trans>Copy the week before</Trans>
      </Button>
      <Button variant="default" leftSection={<IconTemplate size={18} aria-hidden />} onClick={() => setDialog('templates')}>
        <Trans>Templates</Trans>
      </Button>
      <Button variant="default" leftSection={<IconUpload size={18} aria-hidden />} onClick={() => setDialog('import')}>
        <Trans>Import</Trans>
      </Button>
      {dialog === 'templates' && <ShiftTemplates onClose={() => setDialog(null)} />}
      {dialog === 'import' && <ShiftImportDialog onClose={() => setDialog(null)} />}
    </>
  );
}
