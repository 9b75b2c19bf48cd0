import { Alert, Button, Group, NumberInput, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconEye } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getRetention, previewRetention, type RecordingLabel, type RetentionPreview, setRetention } from '../../../../shared/api/recording-keeping.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { sizeText } from '../../records/times.ts';
import { useSave } from '../../records/use-save.ts';

/** How long recordings without a label of their own are kept. Nothing is saved before its effect was shown. */
export function RetentionSettings({ labels }: { labels: readonly RecordingLabel[] }) {
  const retention = useQuery({ queryKey: [getRetention.id], queryFn: ({ signal }) => call(getRetention, {}, signal) });
  if (retention.isPending) return <LoadingRows rows={2} />;
  if (retention.isError) return <ErrorState error={retention.error} onRetry={() => void retention.refetch()} />;
  return <RetentionForm key={String(retention.data.defaultDays)} stored={retention.data.defaultDays} due={retention.data.due} labelled={labels.some((label) => label.retentionDays !== null)} />;
}

function RetentionForm({ stored, due, labelled }: { stored: number | null; due: RetentionPreview; labelled: boolean }) {
  const { t } = useLingui();
  const [days, setDays] = useState<number | ''>(stored ?? '');
  const wanted = days === '' ? null : days;
  const preview = useMutation({ mutationFn: () => call(previewRetention, { body: { defaultDays: wanted } }) });
  const save = useSave({ run: () => call(setRetention, { body: { defaultDays: wanted } }), refresh: [getRetention.id], done: t`Saved` });
  const isChanged = wanted !== stored;
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        <Trans>Retention</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        {stored === null && !labelled ? <Trans>Recordings are kept for ever.</Trans> : <Trans>Overdue recordings are deleted by themselves: first the key, then the file. Each is written to the audit log.</Trans>}
      </Text>
      <Group gap="sm" align="flex-end">
        <NumberInput
          label={t`Days, without a label that says more`}
          placeholder={t`For ever`}
          min={1}
          max={36_500}
          value={days}
          onChange={(value) => {
            setDays(typeof value === 'number' ? value : '');
            preview.reset();
          }}
        />
        <Button variant="default" leftSection={<IconEye size={18} aria-hidden />} loading={preview.isPending} onClick={() => preview.mutate()}>
          <Trans>Preview</Trans>
        </Button>
        <Button disabled={!isChanged || preview.data === undefined} loading={save.isPending} onClick={() => save.mutate(undefined)}>
          <Trans>Save</Trans>
        </Button>
      </Group>
      {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate()} />}
      {preview.data ? <Effect preview={preview.data} /> : due.held > 0 && <Held count={due.held} />}
    </Stack>
  );
}

function Effect({ preview }: { preview: RetentionPreview }) {
  const { i18n } = useLingui();
  const time = (iso: string | null): string => (iso === null ? '–' : formatDateTime(iso, i18n.locale));
  return (
    <Alert color={preview.recordings > 0 ? 'red' : 'teal'} role="status" icon={preview.recordings > 0 ? <IconAlertTriangle aria-hidden /> : <IconCheck aria-hidden />} title={<Plural value={preview.recordings} one="# recording would be deleted" other="# recordings would be deleted" />}>
      <Stack gap={4}>
        {preview.recordings > 0 && (
          <Text size="sm">
            <Trans>
              {sizeText(preview.bytes)}, recorded from {time(preview.oldest)} to {time(preview.newest)}. This cannot be undone.
            </Trans>
          </Text>
        )}
        {preview.held > 0 && <Held count={preview.held} />}
      </Stack>
    </Alert>
  );
}

function Held({ count }: { count: number }) {
  return (
    <Text size="sm">
      <Plural value={count} one="# recording is older but on legal hold" other="# recordings are older but on legal hold" />
    </Text>
  );
}
