import { Alert, Button, Center, Stack, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useProblemText } from '../lib/problem-text.ts';

/** Shown in place of a page that failed while it was drawn or loaded. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const problemText = useProblemText();
  return (
    <Center mih="40vh" p="md">
      <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title={<Trans>This page cannot be shown</Trans>}>
        <Stack align="flex-start">
          <Text size="sm">{problemText(error)}</Text>
          <Button variant="default" onClick={reset}>
            <Trans>Try again</Trans>
          </Button>
        </Stack>
      </Alert>
    </Center>
  );
}
