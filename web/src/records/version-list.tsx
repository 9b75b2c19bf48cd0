import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { formatDateTime } from '../lib/format.ts';
import { useActorName } from './actor-name.ts';

interface Version<Definition> {
  version: number;
  at: string;
  by: string;
  definition: Definition;
}

/** What was published of something, newest first; each can be worked on again. */
export function VersionList<Definition>({ versions, onTake }: { versions: readonly Version<Definition>[]; onTake: (definition: Definition) => void }) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  if (versions.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        <Trans>Published versions</Trans>
      </Title>
      {versions.map(({ version, at, by, definition }) => (
        <Group key={version} gap="sm">
          <Text size="sm">
            {version} · {formatDateTime(at, i18n.locale)} · {actorName(by)}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => onTake(definition)}>
            <Trans>Take into the draft</Trans>
          </Button>
        </Group>
      ))}
    </Stack>
  );
}
