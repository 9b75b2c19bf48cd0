import { Button, Center, Stack, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';

/** Instead of a page that is not for this user. */
export function NotAllowedPage() {
  return (
    <Center mih="50vh" p="md">
      <Stack align="center" gap="sm">
        <Title order={1} size="h2">
          <Trans>This page is not for your profile</Trans>
        </Title>
        <Button renderRoot={(props) => <Link {...props} to="/" />}>
          <Trans>To the start page</Trans>
        </Button>
      </Stack>
    </Center>
  );
}
