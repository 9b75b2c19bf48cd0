import { Alert, Button, Card, Group, List, Progress, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconDownload, IconPackageExport } from '@tabler/icons-react';
import { useState } from 'react';
import { cancelExport, downloadExport, EXPORT_DAYS, listExports, type TenantExport } from '../../../../shared/api/exports.ts';
import { call, urlOf } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { ListState } from '../../records/list-state.tsx';
import { Question } from '../../records/question.tsx';
import { Tag } from '../../records/tag.tsx';
import { sizeText } from '../../records/times.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { ExportDialog } from './export-dialog.tsx';

/** The page shows work that goes on: read again so often, ms. */
const EVERY_MS = 3_000;

const isGoing = ({ state }: TenantExport): boolean => state === 'waiting' || state === 'running';

/** Everything the company has, returned in open formats: asked for, watched and downloaded. */
export function DataExports() {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const list = useList([listExports.id], (cursor, signal) => call(listExports, { query: cursor === undefined ? {} : { cursor } }, signal), { everyMs: EVERY_MS });
  const going = list.items?.some(isGoing) ?? false;
  return (
    <Stack gap="md" maw={820}>
      <Explanation />
      <Button w="fit-content" leftSection={<IconPackageExport size={18} aria-hidden />} disabled={list.items === undefined || going} onClick={() => setAsking(true)}>
        <Trans>Ask for an export</Trans>
      </Button>
      <ListState list={list} empty={{ title: t`No exports yet`, hint: t`An export that is asked for appears here with its progress.` }}>
        {(items) => (
          <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((item) => (
              <ExportCard key={item.id} item={item} />
            ))}
          </Stack>
        )}
      </ListState>
      {asking && <ExportDialog onClose={() => setAsking(false)} />}
    </Stack>
  );
}

function Explanation() {
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Text size="sm">
          <Trans>The data belongs to your company. An export holds all of it in formats that can be read without this product:</Trans>
        </Text>
        <List size="sm" spacing={4}>
          <List.Item>
            <Trans>every record, setting and log as JSON Lines; customers, companies, cases, activities, calls and users for Excel (CSV) as well</Trans>
          </List.Item>
          <List.Item>
            <Trans>every recording, voicemail message and uploaded prompt as WAV</Trans>
          </List.Item>
          <List.Item>
            <Trans>the signed audit log, a list of checksums, and a program that verifies both</Trans>
          </List.Item>
        </List>
        <Text size="sm">
          <Trans>
            Passwords and keys are never in it. Until it is downloaded the export is kept encrypted; after {EXPORT_DAYS} days it is deleted. Who asks for it and who downloads it is written to the audit log.
          </Trans>
        </Text>
      </Stack>
    </Card>
  );
}

function ExportCard({ item }: { item: TenantExport }) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  const at = formatDateTime(item.createdAt, i18n.locale);
  const who = actorName(item.createdBy);
  return (
    <Card withBorder padding="md" component="li">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text fw={600}>{at}</Text>
          <StateTag item={item} />
        </Group>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Trans>
            Asked for by {who}: {item.reason}
          </Trans>
        </Text>
        {isGoing(item) && <Going item={item} />}
        {item.state === 'failed' && <Failure item={item} />}
        {item.state === 'finished' && <Finished item={item} />}
      </Stack>
    </Card>
  );
}

function StateTag({ item }: { item: TenantExport }) {
  const { t } = useLingui();
  const words: Readonly<Record<TenantExport['state'], { word: string; color: string }>> = {
    waiting: { word: t`Waiting its turn`, color: 'gray' },
    running: { word: t`Being made`, color: 'blue' },
    finished: { word: item.byOperator ? t`Handed over by the provider` : t`Ready`, color: 'teal' },
    failed: { word: t`Failed`, color: 'red' },
    cancelled: { word: t`Cancelled`, color: 'gray' },
    expired: { word: t`Deleted after its time`, color: 'gray' },
  };
  const { word, color } = words[item.state];
  return <Tag color={color}>{word}</Tag>;
}

function Going({ item }: { item: TenantExport }) {
  const { t, i18n } = useLingui();
  const [cancelling, setCancelling] = useState(false);
  const percent = Math.floor(item.progress * 100);
  const { filesDone, filesTotal } = item;
  const size = sizeText(item.bytesDone);
  const ready = item.readyAt === null ? null : formatDateTime(item.readyAt, i18n.locale);
  return (
    <Stack gap="xs">
      <Progress value={percent} aria-label={t`Progress of the export`} />
      <Text size="sm">
        {item.state === 'waiting' ? (
          <Trans>It begins as soon as those before it are finished.</Trans>
        ) : (
          <Trans>
            {percent} %, {filesDone} of {filesTotal} files, {size} written
          </Trans>
        )}
      </Text>
      {ready !== null && (
        <Text size="sm">
          <Trans>Ready at about {ready}</Trans>
        </Text>
      )}
      <Button w="fit-content" size="xs" variant="default" onClick={() => setCancelling(true)}>
        <Trans>Give up this export</Trans>
      </Button>
      {cancelling && <CancelQuestion item={item} onClose={() => setCancelling(false)} />}
    </Stack>
  );
}

function CancelQuestion({ item, onClose }: { item: TenantExport; onClose: () => void }) {
  const { t } = useLingui();
  const cancel = useSave({ run: () => call(cancelExport, { params: { id: item.id } }), refresh: [listExports.id], done: t`Export given up`, onDone: onClose });
  return (
    <Question title={<Trans>Give up this export?</Trans>} yes={<Trans>Give up</Trans>} takesAway busy={cancel.isPending} onYes={() => cancel.mutate(undefined)} onClose={onClose}>
      <Trans>What was written of it is deleted. A new one can be asked for at any time.</Trans>
    </Question>
  );
}

function Failure({ item }: { item: TenantExport }) {
  const { t } = useLingui();
  const words: Readonly<Record<TenantExport['failure'], string>> = {
    '': '',
    storage_full: t`Nearly no room is left on the server's disk. Ask the operator of the system.`,
    interrupted: t`It was interrupted too often. Please ask for a new one, or tell the operator of the service.`,
    error: t`Something went wrong. Please ask for a new one; if it fails again, tell the operator of the service.`,
  };
  return (
    <Text size="sm" c="red.9">
      {words[item.failure]}
    </Text>
  );
}

function Finished({ item }: { item: TenantExport }) {
  const { i18n } = useLingui();
  const { filesDone, rowsDone, unreadable } = item;
  const until = item.expiresAt === null ? null : formatDateTime(item.expiresAt, i18n.locale);
  const size = sizeText(item.archiveBytes ?? item.bytesDone);
  return (
    <Stack gap="xs">
      <Text size="sm">
        <Trans>
          {filesDone} files, {rowsDone} rows, {size}
        </Trans>
      </Text>
      {unreadable > 0 && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={<Trans>Not everything could be read</Trans>}>
          <Trans>{unreadable} recordings or values were missing or damaged; manifest.json names them. Please tell the operator of the service.</Trans>
        </Alert>
      )}
      {until !== null && item.archiveBytes !== null && (
        <Group gap="sm">
          <Button component="a" href={urlOf(downloadExport.path, { id: item.id })} download leftSection={<IconDownload size={18} aria-hidden />}>
            <Trans>Download</Trans>
          </Button>
          <Text size="sm">
            <Trans>until {until}</Trans>
          </Text>
        </Group>
      )}
    </Stack>
  );
}
