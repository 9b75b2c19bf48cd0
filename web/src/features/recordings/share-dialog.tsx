import { Alert, Button, Code, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { listRecordingShares, type RecordingShare, revokeRecordingShare, shareRecording } from '../../../../shared/api/recording-keeping.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { Columns } from '../../records/table-frame.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

const linkOf = (token: string): string => `${window.location.origin}/share/recording/${token}`;

/** Links with which people without a login hear a recording, until they end. */
export function ShareDialog({ recordingId, onClose }: { recordingId: string; onClose: () => void }) {
  const [made, setMade] = useState<{ token: string; expiresAt: string } | null>(null);
  const shares = useOne([listRecordingShares.id, recordingId], (signal) => call(listRecordingShares, { params: { id: recordingId } }, signal));
  return (
    <FormDialog keep passing size="lg" onClose={onClose} title={<Trans>Links to this recording</Trans>}>
      <Stack gap="md">
        {made ? <MadeLink token={made.token} /> : <NewLink recordingId={recordingId} onMade={setMade} />}
        {shares.isPending && <LoadingRows rows={2} />}
        {shares.isError && <ErrorState error={shares.error} onRetry={() => void shares.refetch()} />}
        {shares.data?.items.length === 0 && <EmptyState title={<Trans>No links yet</Trans>} />}
        {shares.data && shares.data.items.length > 0 && <ShareTable shares={shares.data.items} />}
      </Stack>
    </FormDialog>
  );
}

function MadeLink({ token }: { token: string }) {
  const { t } = useLingui();
  return (
    <Alert color="yellow" role="status" icon={<IconKey aria-hidden />} title={<Trans>The link is shown only now</Trans>}>
      <Stack gap="xs">
        <Text size="sm">
          <Trans>Whoever has it hears the recording until it ends. Each play is written to the audit log.</Trans>
        </Text>
        <Group gap="xs">
          <Code style={{ overflowWrap: 'anywhere' }}>{linkOf(token)}</Code>
          <CopyValue value={linkOf(token)} label={t`Copy the link`} />
        </Group>
      </Stack>
    </Alert>
  );
}

function NewLink({ recordingId, onMade }: { recordingId: string; onMade: (made: { token: string; expiresAt: string }) => void }) {
  const { t } = useLingui();
  const [purpose, setPurpose] = useState('');
  const [hours, setHours] = useState('24');
  const make = useSave({ run: () => call(shareRecording, { params: { id: recordingId }, body: { purpose: purpose.trim(), hours: Number(hours) } }), refresh: [listRecordingShares.id], done: t`Link made`, onDone: onMade });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (purpose.trim() !== '') make.mutate(undefined);
  };
  const lengths = [
    { value: '1', label: t`1 hour` },
    { value: '24', label: t`1 day` },
    { value: '168', label: t`7 days` },
    { value: '720', label: t`30 days` },
  ];
  return (
    <form onSubmit={submit}>
      <Group gap="sm" align="flex-end">
        <TextInput flex={1} miw={200} label={t`For whom and why`} value={purpose} onChange={(event) => setPurpose(event.currentTarget.value)} maxLength={500} required data-autofocus />
        <Select label={t`Ends after`} w={120} allowDeselect={false} data={lengths} value={hours} onChange={(value) => setHours(value ?? '24')} />
        <Button type="submit" loading={make.isPending} disabled={purpose.trim() === ''}>
          <Trans>Make a link</Trans>
        </Button>
      </Group>
    </form>
  );
}

function ShareTable({ shares }: { shares: readonly RecordingShare[] }) {
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table fz="sm" verticalSpacing={4}>
        <Columns>
          <Trans>For whom and why</Trans>
          <Trans>Ends</Trans>
          <Table.Th ta="right">
            <Trans>Plays</Trans>
          </Table.Th>
          <Table.Th />
        </Columns>
        <Table.Tbody>
          {shares.map((share) => (
            <ShareRow key={share.id} share={share} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function ShareRow({ share }: { share: RecordingShare }) {
  const { i18n, t } = useLingui();
  const now = useNow();
  const { purpose } = share;
  const revoke = useSave({ run: () => call(revokeRecordingShare, { params: { id: share.id } }), refresh: [listRecordingShares.id], done: t`The link has ended` });
  const isOver = share.revokedAt !== null || Date.parse(share.expiresAt) <= now;
  return (
    <Table.Tr {...(isOver ? { c: 'dimmed' } : {})}>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{purpose}</Table.Td>
      <Table.Td>{share.revokedAt === null ? formatDateTime(share.expiresAt, i18n.locale) : <Trans>Ended by hand</Trans>}</Table.Td>
      <Table.Td ta="right">{share.plays}</Table.Td>
      <Table.Td>
        {!isOver && (
          <Button size="compact-sm" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate(undefined)} aria-label={t`End the link for ${purpose}`}>
            <Trans>End</Trans>
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
