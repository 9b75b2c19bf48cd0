import { Alert, Button, Group, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

/** Says in a form that its record was changed by somebody else since it was filled in. */
export function OvertakenNote({ onFollow }: { onFollow: () => void }) {
  return (
    <Alert color="yellow" role="alert" title={<Trans>Somebody else has saved a change meanwhile</Trans>}>
      <Group gap="sm">
        <Text size="sm">
          <Trans>If you save, yours takes its place.</Trans>
        </Text>
        <Button size="xs" variant="default" onClick={onFollow}>
          <Trans>Discard mine and show theirs</Trans>
        </Button>
      </Group>
    </Alert>
  );
}
