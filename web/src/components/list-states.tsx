import { Alert, Button, Center, Loader, Skeleton, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useProblemText } from '../lib/problem-text.ts';

/** A whole page that waits. */
export function PageLoading() {
  const { t } = useLingui();
  return (
    <Center mih="40vh" role="status" aria-label={t`Loading`}>
      <Loader />
    </Center>
  );
}

/** Grey rows in the place of what is loading. */
export function LoadingRows({ rows = 4 }: { rows?: number }) {
  const { t } = useLingui();
  return (
    <Stack gap="xs" role="status" aria-busy aria-label={t`Loading`}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={36} />
      ))}
    </Stack>
  );
}

/** Says that there is nothing, and what would be here. */
export function EmptyState({ title, hint }: { title: ReactNode; hint?: ReactNode }) {
  return (
    <Stack align="center" gap={4} py="lg">
      <Text fw={600}>{title}</Text>
      {hint !== undefined && (
        <Text size="sm" c="dimmed" ta="center">
          {hint}
        </Text>
      )}
    </Stack>
  );
}

/** What failed, in words, and the way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problemText = useProblemText();
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title={<Trans>This could not be loaded</Trans>}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problemText(error)}</Text>
        <Button size="xs" variant="default" onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
      </Stack>
    </Alert>
  );
}
