import { ActionIcon, Alert, Button, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMailOff, IconPlus, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteReportSchedule, listReportSchedules, type ReportSchedule, sendReportSchedule, updateReportSchedule } from '../../../../shared/api/reports.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { SwitchedActions } from '../../records/switched-actions.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useSave } from '../../records/use-save.ts';
import { ScheduleForm, useEveryText } from './schedule-form.tsx';

/** A tenant has few of them: all are read at once. */
const ALL = 200;

/** Reports that go out by mail by themselves. */
export function ReportSchedules() {
  const { can } = useSession();
  const [open, setOpen] = useState<ReportSchedule | 'new' | null>(null);
  const list = useQuery({ queryKey: [listReportSchedules.id], queryFn: ({ signal }) => call(listReportSchedules, { query: { limit: ALL } }, signal) });
  const mayChange = can('report.manage');
  if (list.data === undefined) return list.error ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : <LoadingRows rows={4} />;
  return (
    <Stack gap="md">
      {!list.data.canSend && (
        <Alert color="yellow" icon={<IconMailOff aria-hidden />} title={<Trans>No mail host is configured</Trans>}>
          <Trans>Reports wait until the operator sets SCC_SMTP_URL and SCC_MAIL_FROM.</Trans>
        </Alert>
      )}
      {mayChange && (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
          <Trans>New scheduled report</Trans>
        </Button>
      )}
      {list.data.items.length === 0 ? (
        <EmptyState title={<Trans>No scheduled reports yet</Trans>} hint={<Trans>A report can go out by mail each day, week or month.</Trans>} />
      ) : (
        <ScheduleTable schedules={list.data.items} mayChange={mayChange} canSend={list.data.canSend} onEdit={setOpen} />
      )}
      {open !== null && <ScheduleForm stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

interface TableProps {
  schedules: readonly ReportSchedule[];
  mayChange: boolean;
  canSend: boolean;
  onEdit: (schedule: ReportSchedule) => void;
}

function ScheduleTable({ schedules, mayChange, canSend, onEdit }: TableProps) {
  const { i18n } = useLingui();
  const everyText = useEveryText();
  const time = (iso: string | null): string => (iso === null ? '–' : formatDateTime(iso, i18n.locale));
  return (
    <TableFrame minWidth={820}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>When</Trans>
          <Trans>Receivers</Trans>
          <Trans>Last one</Trans>
          <Trans>Next one</Trans>
        </Columns>
        <Table.Tbody>
          {schedules.map((schedule) => (
            <Table.Tr key={schedule.id}>
              <Table.Td>{schedule.name}</Table.Td>
              <Table.Td>{everyText(schedule.every, schedule.atMinute)}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{schedule.recipients.join(', ')}</Table.Td>
              <Table.Td>
                {time(schedule.lastRunAt)}
                {schedule.lastError !== '' && (
                  <Text size="xs" c="red.8">
                    {schedule.lastError}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{schedule.active ? time(schedule.nextAt) : <Trans>Stopped</Trans>}</Table.Td>
              <Table.Td>{mayChange && <Actions schedule={schedule} canSend={canSend} onEdit={() => onEdit(schedule)} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Actions({ schedule, canSend, onEdit }: { schedule: ReportSchedule; canSend: boolean; onEdit: () => void }) {
  const { t } = useLingui();
  const { id, name, active } = schedule;
  const refresh = [listReportSchedules.id];
  const send = useSave({ run: () => call(sendReportSchedule, { params: { id } }), refresh, done: t`The report is in the mail` });
  return (
    <SwitchedActions
      name={name}
      active={active}
      switchLabel={t`Send “${name}” by itself`}
      refresh={refresh}
      onSwitch={(on) => call(updateReportSchedule, { params: { id }, body: { active: on } })}
      onEdit={onEdit}
      onRemove={() => call(deleteReportSchedule, { params: { id } })}
      removed={t`The scheduled report was removed`}
      consequence={<Trans>It will not be sent any more. Reports that were sent stay with their receivers.</Trans>}
    >
      <ActionIcon variant="default" aria-label={t`Send “${name}” now`} disabled={!canSend} loading={send.isPending} onClick={() => send.mutate(undefined)}>
        <IconSend size={18} aria-hidden />
      </ActionIcon>
    </SwitchedActions>
  );
}
