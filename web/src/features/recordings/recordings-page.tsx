import { Button, Group, Select, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconChevronDown, IconLock, IconMail, IconPlayerPlay, IconPlayerRecord, IconTag, IconTags, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { listRecordings, type Recording } from '../../../../shared/api/recordings.ts';
import { call } from '../../lib/api.ts';
import { CallerText } from '../../records/caller-text.tsx';
import { rangeQuery } from '../../records/day-range.ts';
import { CallLink, CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useSession } from '../../lib/session.ts';
import { useQueueOptions } from '../../records/queues.ts';
import { durationText, exactTimeText, sizeText } from '../../records/times.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { useRecordingLabels } from './use-recording-labels.ts';
import { RecordingPanel } from './recording-panel.tsx';
import { AgentSelect, ClearFilters, CallNumberInput, PeriodInputs } from '../../records/filter-inputs.tsx';
import { Tag } from '../../records/tag.tsx';

const noFilter = {
  fromDay: '',
  toDay: '',
  agentId: null as string | null,
  queueId: null as string | null,
  labelId: null as string | null,
  /** Voicemail, unheard voicemail, or what is on hold. */
  only: null as 'voicemail' | 'unheard' | 'held' | null,
  number: '',
  /** Shortest recording, seconds; empty = any. */
  minSeconds: '',
};
type Filter = typeof noFilter;

/** The chosen kind as the list's query. */
const ONLY = { voicemail: { kind: 'voicemail' }, unheard: { kind: 'voicemail', unheard: 'true' }, held: { held: 'true' } } as const;

const queryOf = (filter: Filter) => ({
  ...rangeQuery(filter.fromDay, filter.toDay),
  ...(filter.agentId === null ? {} : { agentId: filter.agentId }),
  ...(filter.queueId === null ? {} : { queueId: filter.queueId }),
  ...(filter.labelId === null ? {} : { labelId: filter.labelId }),
  ...(filter.only === null ? {} : ONLY[filter.only]),
  ...(filter.number === '' ? {} : { number: filter.number }),
  ...(filter.minSeconds === '' ? {} : { minDurationMs: Number(filter.minSeconds) * 1000 }),
});

/** Recordings of calls, playable in place. */
export default function RecordingsPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const [filter, setFilter] = useKept('filter', noFilter);
  const list = useList([listRecordings.id, filter], (cursor, signal) =>
    call(
      listRecordings,
      {
        query: {
          limit: 50,
          ...queryOf(filter),
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
      signal,
    ),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Recordings</Trans>} hint={<Trans>Each play is written to the audit log.</Trans>}>
        {can('recording.manage') && (
          <Button variant="default" leftSection={<IconTags size={18} aria-hidden />} renderRoot={(props) => <Link {...props} to="/recordings/labels" />}>
            <Trans>Labels and retention</Trans>
          </Button>
        )}
      </PageHead>
      <Filters value={filter} onChange={setFilter} />
      <ListState
        list={list}
        empty={
          filter === noFilter
            ? { title: t`No recordings yet`, hint: t`A recording appears here when its call is over.` }
            : { title: t`No recording matches`, hint: t`Try a longer period or fewer conditions.` }
        }
      >
        {(recordings) => <RecordingTable recordings={recordings} />}
      </ListState>
    </Stack>
  );
}

function Filters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useLingui();
  const { can } = useSession();
  const labels = useRecordingLabels();
  const queues = useQueueOptions();
  const set = (part: Partial<Filter>) => onChange({ ...value, ...part });
  const kinds = [
    { value: 'voicemail', label: t`Voicemail` },
    { value: 'unheard', label: t`Unheard voicemail` },
    { value: 'held', label: t`On legal hold` },
  ];
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
      <CallNumberInput value={value.number} onChange={(number) => set({ number })} />
      <Select label={t`Show`} placeholder={t`All`} clearable w={180} data={kinds} value={value.only} onChange={(only) => set({ only: only as Filter['only'] })} />
      {can('recording.play.all') && <AgentSelect value={value.agentId} onChange={(agentId) => set({ agentId })} />}
      <Select label={t`Queue`} placeholder={t`All`} clearable w={160} data={queues} value={value.queueId} onChange={(queueId) => set({ queueId })} />
      {labels.all.length > 0 && (
        <Select label={t`Label`} placeholder={t`All`} clearable w={160} data={labels.all.map(({ id }) => ({ value: id, label: labels.text(id) }))} value={value.labelId} onChange={(labelId) => set({ labelId })} />
      )}
      <Select
        label={t`Length`}
        placeholder={t`All`}
        clearable
        w={130}
        data={['30', '60', '180', '300', '600'].map((seconds) => ({ value: seconds, label: t`${durationText(Number(seconds) * 1000)} or longer` }))}
        value={value.minSeconds === '' ? null : value.minSeconds}
        onChange={(minSeconds) => set({ minSeconds: minSeconds ?? '' })}
      />
      <ClearFilters disabled={Object.values(queryOf(value)).length === 0} onClear={() => onChange(noFilter)} />
    </Group>
  );
}

function RecordingTable({ recordings }: { recordings: Recording[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns>
          <Trans>Play</Trans>
          <Trans>Started</Trans>
          <Trans>Customer</Trans>
          <Trans>Agent</Trans>
          <Trans>Queue</Trans>
          <Table.Th ta="right">
            <Trans>Length</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Size</Trans>
          </Table.Th>
        </Columns>
        <Table.Tbody>
          {recordings.map((recording) => (
            <Fragment key={recording.id}>
              <RecordingRow recording={recording} open={open === recording.id} onToggle={() => setOpen(open === recording.id ? null : recording.id)} />
              {open === recording.id && (
                <Table.Tr>
                  <Table.Td colSpan={7} p="md">
                    <RecordingPanel recordingId={recording.id} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function RecordingRow({ recording, open, onToggle }: { recording: Recording; open: boolean; onToggle: () => void }) {
  const { i18n, t } = useLingui();
  const started = exactTimeText(recording.startedAt, i18n.locale);
  const playable = recording.status === 'complete' || recording.status === 'interrupted';
  return (
    <Table.Tr>
      <Table.Td>
        {playable ? (
          <Button
            size="compact-sm"
            variant={open ? 'filled' : 'light'}
            aria-expanded={open}
            aria-label={t`Play the recording of ${started}`}
            leftSection={open ? <IconChevronDown size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
            onClick={onToggle}
          >
            <Trans>Play</Trans>
          </Button>
        ) : (
          <StatusBadge status={recording.status} />
        )}
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <CallLink id={recording.callId}>{started}</CallLink>
        <Marks recording={recording} />
        {recording.status === 'interrupted' && (
          <Text size="xs">
            <StatusBadge status="interrupted" />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {recording.customerId !== null && (
          <Text size="sm">
            <CustomerLink id={recording.customerId}>{recording.customerName}</CustomerLink>
          </Text>
        )}
        <CallerText item={{ ...recording, withheldReason: null }} />
      </Table.Td>
      <Table.Td>{recording.agentName}</Table.Td>
      <Table.Td>{recording.queueName}</Table.Td>
      <Table.Td ta="right">{durationText(recording.durationMs)}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        {recording.sizeBytes === null ? '–' : sizeText(recording.sizeBytes)}
      </Table.Td>
    </Table.Tr>
  );
}

/** Labels, hold and an unheard message, where there are any. */
function Marks({ recording }: { recording: Recording }) {
  const labels = useRecordingLabels();
  const isUnheard = recording.kind === 'voicemail' && recording.playedAt === null;
  if (recording.labelIds.length === 0 && recording.heldAt === null && !isUnheard) return null;
  return (
    <Group gap={4}>
      {isUnheard && (
        <Tag color="blue" icon={IconMail}>
          <Trans>Unheard</Trans>
        </Tag>
      )}
      {recording.heldAt !== null && (
        <Tag color="blue" icon={IconLock}>
          <Trans>On legal hold</Trans>
        </Tag>
      )}
      {recording.labelIds.map((id) => (
        <Tag key={id} color="gray" icon={IconTag}>
          {labels.text(id)}
        </Tag>
      ))}
    </Group>
  );
}

function StatusBadge({ status }: { status: Recording['status'] }) {
  const { t } = useLingui();
  const looks = {
    recording: { icon: IconPlayerRecord, color: 'red', text: t`Recording now` },
    complete: { icon: IconPlayerPlay, color: 'gray', text: t`Complete` },
    interrupted: { icon: IconAlertTriangle, color: 'yellow', text: t`Ended early` },
    deleted: { icon: IconTrash, color: 'gray', text: t`Deleted` },
  };
  const look = looks[status];
  return (
    <Tag color={look.color} icon={look.icon}>
      {look.text}
    </Tag>
  );
}
