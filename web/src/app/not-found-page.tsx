import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { LanguageSwitch } from './language-switch.tsx';

/** For addresses that lead nowhere. */
export function NotFoundPage() {
  return (
    <Center mih="50vh" p="md">
      <Stack align="center" gap="sm">
        <Title order={1} size="h2">
          <Trans>This page does not exist</Trans>
        </Title>
        <Text c="dimmed">
          <Trans>The address may be mistyped, or the page was removed.</Trans>
        </Text>
        <Button renderRoot={(props) => <Link {...props} to="/" />}>
          <Trans>To the start page</Trans>
        </Button>
        <LanguageSwitch />
      </Stack>
    </Center>
  );
}
