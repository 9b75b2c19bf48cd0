import { Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useActorName } from './actor-name.ts';
import { formatDateTime } from '../lib/format.ts';

interface Props {
  record: { createdAt: string; createdBy: string; updatedAt: string; updatedBy: string };
}

/** Who made a record and who changed it last, and when. */
export function RecordMeta({ record }: Props) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  const created = formatDateTime(record.createdAt, i18n.locale);
  const updated = formatDateTime(record.updatedAt, i18n.locale);
  const creator = actorName(record.createdBy);
  const updater = actorName(record.updatedBy);
  return (
    <Group gap="md" c="dimmed">
      <Text size="xs">
        <Trans>
          Created {created} by {creator}
        </Trans>
      </Text>
      <Text size="xs">
        <Trans>
          Updated {updated} by {updater}
        </Trans>
      </Text>
    </Group>
  );
}
