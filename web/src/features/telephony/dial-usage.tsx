import { Alert, Button, Card, Group, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHandStop, IconPlayerPlay } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { type DialStop, getDialUsage, releaseDialStop, startDialStop, type StopReason } from '../../../../shared/api/dial-policy.ts';
import { ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { exactTimeText } from '../../records/times.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** What went out today, and stops of calls out. */
export function DialUsagePart() {
  const { t, i18n } = useLingui();
  const [stopping, setStopping] = useState(false);
  const usage = useOne([getDialUsage.id], (signal) => call(getDialUsage, {}, signal), () => true);
  if (usage.isPending) return <LoadingRows rows={2} />;
  if (usage.isError) return <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />;
  const { calls, cost, running, callsLastHour, refused, stops } = usage.data;
  const number = new Intl.NumberFormat(i18n.locale);
  const figures = [
    [t`Calls today`, number.format(calls)],
    [t`Cost today (yen, estimate)`, number.format(Math.round(cost))],
    [t`In progress`, number.format(running)],
    [t`Calls in the last hour`, number.format(callsLastHour)],
    [t`Forbidden numbers dialled (10 min)`, number.format(refused)],
  ] as const;
  const isAllStopped = stops.some(({ scope, releasedAt }) => scope === 'tenant' && releasedAt === null);
  return (
    <Card withBorder padding="md" maw={820}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }}>
          {figures.map(([label, value]) => (
            <div key={label}>
              <Text size="xs" c="gray.7">
                {label}
              </Text>
              <Text fw={600}>{value}</Text>
            </div>
          ))}
        </SimpleGrid>
        {stops.map((stop) => (
          <Stop key={stop.id} stop={stop} />
        ))}
        {!isAllStopped && (
          <Button color="red" variant="outline" w="fit-content" leftSection={<IconHandStop size={18} aria-hidden />} onClick={() => setStopping(true)}>
            <Trans>Stop all outbound calls</Trans>
          </Button>
        )}
        {stopping && <StopForm onClose={() => setStopping(false)} />}
      </Stack>
    </Card>
  );
}

function useReasonText(): Readonly<Record<StopReason, string>> {
  const { t } = useLingui();
  return {
    manual: t`Stopped by hand`,
    calls_per_hour: t`Too many calls within an hour`,
    refusals: t`Too many forbidden numbers`,
    daily_cost: t`The cost limit of the day was reached`,
  };
}

function Stop({ stop }: { stop: DialStop }) {
  const { t, i18n } = useLingui();
  const reasons = useReasonText();
  const release = useSave({ run: () => call(releaseDialStop, { params: { id: stop.id } }), refresh: [getDialUsage.id], done: t`Outbound calls are possible again` });
  const { scope, scopeName, reason, note, startedAt, startedByName, releasedAt, releasedByName } = stop;
  const began = exactTimeText(startedAt, i18n.locale);
  const facts = [reasons[reason], note, startedByName].filter((part) => part !== '').join(' / ');
  const title = scope === 'tenant' ? t`All outbound calls are stopped` : t`Outbound calls of “${scopeName}” are stopped`;
  if (releasedAt !== null) {
    const ended = exactTimeText(releasedAt, i18n.locale);
    return (
      <Text size="sm" c="gray.7">
        {began} – {ended} ({releasedByName}): {facts}
        {scopeName === '' ? '' : ` (${scopeName})`}
      </Text>
    );
  }
  return (
    <Alert color="red" icon={<IconHandStop aria-hidden />} title={title}>
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {began}: {facts}
        </Text>
        <Button size="xs" variant="default" loading={release.isPending} leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => release.mutate(undefined)}>
          <Trans>Let calls out again</Trans>
        </Button>
      </Group>
    </Alert>
  );
}

function StopForm({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [note, setNote] = useState('');
  const stop = useSave({ run: () => call(startDialStop, { body: { note: note.trim() } }), refresh: [getDialUsage.id], done: t`Outbound calls are stopped`, onDone: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() !== '') stop.mutate(undefined);
  };
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Stop all outbound calls?</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            <Trans>Nothing goes out until somebody releases the stop. Calls abroad and to premium numbers are ended now, others go on. Emergency numbers stay as they are.</Trans>
          </Text>
          <Textarea label={t`Reason`} value={note} onChange={(event) => setNote(event.currentTarget.value)} required maxLength={500} data-autofocus autosize />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" color="red" loading={stop.isPending} disabled={note.trim() === ''}>
              <Trans>Stop calls</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
