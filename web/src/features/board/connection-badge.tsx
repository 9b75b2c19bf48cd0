import { Trans } from '@lingui/react/macro';
import { IconPlugConnectedX, IconWifi } from '@tabler/icons-react';
import { Tag } from '../../records/tag.tsx';

/** Whether what is shown is live. */
export function ConnectionBadge({ connected }: { connected: boolean }) {
  return connected ? (
    <Tag size="lg" color="teal" icon={IconWifi}>
      <Trans>Live</Trans>
    </Tag>
  ) : (
    <Tag size="lg" color="red" icon={IconPlugConnectedX}>
      <Trans>Not connected</Trans>
    </Tag>
  );
}
