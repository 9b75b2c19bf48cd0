import { Alert, Button, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMailOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteRecordingNotice, listRecordingNotices, type RecordingNotice, updateRecordingNotice } from '../../../../shared/api/recording-notices.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { SwitchedActions } from '../../records/switched-actions.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { NoticeForm } from './notice-form.tsx';
import { useRecordingLabels } from './use-recording-labels.ts';

/** Who is told by mail or webhook that a recording was saved. */
export function NoticeSettings() {
  const [open, setOpen] = useState<RecordingNotice | 'new' | null>(null);
  const notices = useQuery({ queryKey: [listRecordingNotices.id], queryFn: ({ signal }) => call(listRecordingNotices, {}, signal) });
  if (notices.data === undefined) return notices.error ? <ErrorState error={notices.error} onRetry={() => void notices.refetch()} /> : <LoadingRows rows={2} />;
  const { items, canSendMail } = notices.data;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        <Trans>Notices of saved recordings</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        <Trans>A mail or webhook holds a link and nothing of what was said.</Trans>
      </Text>
      {!canSendMail && items.some(({ recipients }) => recipients.length > 0) && (
        <Alert color="yellow" icon={<IconMailOff aria-hidden />} title={<Trans>No mail host is configured</Trans>}>
          <Trans>Webhooks are called, but no mail is sent.</Trans>
        </Alert>
      )}
      <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
        <Trans>New notice</Trans>
      </Button>
      {items.length === 0 ? <EmptyState title={<Trans>Nobody is told yet</Trans>} hint={<Trans>For example: a mail for each recording with the label “complaint”.</Trans>} /> : <NoticeTable notices={items} onEdit={setOpen} />}
      {open !== null && <NoticeForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function NoticeTable({ notices, onEdit }: { notices: readonly RecordingNotice[]; onEdit: (notice: RecordingNotice) => void }) {
  const { t } = useLingui();
  const labels = useRecordingLabels();
  const aboutOf = ({ kind, queueName, labelId }: RecordingNotice): string =>
    [kind === null ? t`Calls and voicemail` : kind === 'call' ? t`Calls` : t`Voicemail`, queueName, labelId === null ? '' : labels.text(labelId)].filter((part) => part !== '').join(' · ');
  return (
    <TableFrame minWidth={640}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Name</Trans>
          <Trans>About</Trans>
          <Trans>Tells</Trans>
        </Columns>
        <Table.Tbody>
          {notices.map((notice) => (
            <Table.Tr key={notice.id}>
              <Table.Td>{notice.name}</Table.Td>
              <Table.Td>{aboutOf(notice)}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{[...notice.recipients, ...(notice.webhookUrl === '' ? [] : [notice.webhookUrl])].join(', ')}</Table.Td>
              <Table.Td>
                <Actions notice={notice} onEdit={() => onEdit(notice)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Actions({ notice, onEdit }: { notice: RecordingNotice; onEdit: () => void }) {
  const { t } = useLingui();
  const { id, name, active } = notice;
  return (
    <SwitchedActions
      name={name}
      active={active}
      switchLabel={t`“${name}” is on`}
      refresh={[listRecordingNotices.id]}
      onSwitch={(on) => call(updateRecordingNotice, { params: { id }, body: { active: on } })}
      onEdit={onEdit}
      onRemove={() => call(deleteRecordingNotice, { params: { id } })}
      removed={t`The notice was removed`}
      consequence={<Trans>Nobody is told of recordings by it any more.</Trans>}
    />
  );
}
