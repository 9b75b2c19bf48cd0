import { Center, Paper, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sharedRecording, sharedRecordingAudio } from '../../../../shared/api/recording-keeping.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call, urlOf } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ApiProblem } from '../../lib/problem.ts';
import { durationText } from '../../records/times.ts';

/** What somebody with a link hears; no login, no names. */
export function SharedRecordingPage({ token, corner }: { token: string; corner: ReactNode }) {
  const { i18n, t } = useLingui();
  const info = useQuery({ queryKey: [sharedRecording.id, token], queryFn: ({ signal }) => call(sharedRecording, { params: { token } }, signal), retry: false });
  const isOver = info.error instanceof ApiProblem && info.error.status === 404;
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="lg" w={480} maw="100%">
        <Stack gap="md">
          <Stack gap={4} align="flex-end">
            {corner}
          </Stack>
          <Title order={1} size="h3">
            <Trans>Shared recording</Trans>
          </Title>
          {info.isPending && <LoadingRows rows={2} />}
          {isOver && <EmptyState title={<Trans>This link has ended</Trans>} hint={<Trans>Ask whoever gave it to you for a new one.</Trans>} />}
          {info.error && !isOver && <ErrorState error={info.error} onRetry={() => void info.refetch()} />}
          {info.data && (
            <>
              <Text size="sm">
                <Trans>
                  Recorded {formatDateTime(info.data.startedAt, i18n.locale)}, length {durationText(info.data.durationMs)}. The link ends {formatDateTime(info.data.expiresAt, i18n.locale)} (JST).
                </Trans>
              </Text>
              <audio controls preload="none" src={urlOf(sharedRecordingAudio.path, { token })} style={{ width: '100%' }} aria-label={t`Shared recording`} />
              <Text size="xs" c="dimmed">
                <Trans>Each play is recorded with the address it comes from.</Trans>
              </Text>
            </>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}
