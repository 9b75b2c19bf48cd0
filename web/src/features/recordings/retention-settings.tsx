import { Alert, Button, Group, NumberInput, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconEye } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { getRetention, previewRetention, type RecordingLabel, type Retention, type RetentionPreview, setRetention } from '../../../../shared/api/recording-keeping.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { sizeText } from '../../records/times.ts';
import { sameJson, useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** How long recordings without a label of their own are kept. Nothing is saved before its effect was shown. */
export function RetentionSettings({ labels }: { labels: readonly RecordingLabel[] }) {
  const retention = useOne([getRetention.id], (signal) => call(getRetention, {}, signal));
  return <OneState query={retention}>{(stored) => <RetentionForm retention={stored} labelled={labels.some((label) => label.retentionDays !== null)} />}</OneState>;
}

interface RetentionDraft {
  days: number | '';
}
const RULES = {
  draftOf: ({ defaultDays }: Retention): RetentionDraft => ({ days: defaultDays ?? '' }),
  sent: ({ days }: RetentionDraft) => ({ defaultDays: days === '' ? null : days }),
};

function RetentionForm({ retention, labelled }: { retention: Retention; labelled: boolean }) {
  const { t } = useLingui();
  const { defaultDays: stored, due } = retention;
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(retention, RULES);
  const wanted = RULES.sent(draft);
  const preview = useMutation({ mutationFn: (asked: typeof wanted) => call(previewRetention, { body: asked }) });
  const effect = sameJson(preview.variables, wanted) ? preview.data : undefined;
  const save = useSave({
    run: (body: typeof wanted) => call(setRetention, { body }),
    refresh: [getRetention.id],
    done: t`Saved`,
    onDone: (_stored, sent) => {
      saved(sent);
      preview.reset();
    },
  });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        <Trans>Retention</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        {stored === null && !labelled ? <Trans>Recordings are kept for ever.</Trans> : <Trans>Overdue recordings are deleted by themselves: first the key, then the file. Each is written to the audit log.</Trans>}
      </Text>
      {overtaken && <OvertakenNote onFollow={undo} />}
      <Group gap="sm" align="flex-end">
        <NumberInput
          label={t`Days, without a label that says more`}
          placeholder={t`For ever`}
          min={1}
          max={36_500}
          value={draft.days}
          onChange={(value) => {
            setDraft({ days: typeof value === 'number' ? value : '' });
            preview.reset();
          }}
        />
        <Button variant="default" leftSection={<IconEye size={18} aria-hidden />} loading={preview.isPending} onClick={() => preview.mutate(wanted)}>
          <Trans>Preview</Trans>
        </Button>
        <Button disabled={!dirty || effect === undefined} loading={save.isPending} onClick={() => save.mutate(wanted)}>
          <Trans>Save</Trans>
        </Button>
      </Group>
      {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate(wanted)} />}
      {effect ? <Effect preview={effect} /> : due.held > 0 && <Held count={due.held} />}
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
