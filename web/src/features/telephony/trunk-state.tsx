import { Group } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle, IconCheck, IconClock, IconPlayerPause, IconQuestionMark } from '@tabler/icons-react';
import type { Trunk } from '../../../../shared/api/trunks.ts';
import { Tag } from '../../records/tag.tsx';

/** The live state of a trunk in words; icon and word carry the meaning. */
export function TrunkStateTags({ trunk }: { trunk: Trunk }) {
  if (!trunk.enabled) {
    return (
      <Tag icon={IconPlayerPause}>
        <Trans>Disabled</Trans>
      </Tag>
    );
  }
  const { circuit } = trunk.state;
  return (
    <Group gap={6}>
      <RegistrationTag state={trunk.state} />
      <ReachableTag trunk={trunk} />
      {circuit === 'open' && (
        <Tag color="red" icon={IconAlertTriangle}>
          <Trans>Paused after failures</Trans>
        </Tag>
      )}
      {circuit === 'half_open' && (
        <Tag color="yellow" icon={IconClock}>
          <Trans>One call is tried</Trans>
        </Tag>
      )}
    </Group>
  );
}

function RegistrationTag({ state }: { state: Trunk['state'] }) {
  switch (state.registration) {
    case 'none':
      return null;
    case 'registered':
      return (
        <Tag color="teal" icon={IconCheck}>
          <Trans>Registered</Trans>
        </Tag>
      );
    case 'registering':
      return (
        <Tag color="yellow" icon={IconClock}>
          <Trans>Registering</Trans>
        </Tag>
      );
    case 'unregistered':
      return (
        <Tag color="red" icon={IconAlertTriangle}>
          <Trans>Not registered</Trans>
        </Tag>
      );
  }
}

function ReachableTag({ trunk: { state, monitorSeconds } }: { trunk: Trunk }) {
  switch (state.reachable) {
    case 'up':
      return (
        <Tag color="teal" icon={IconCheck}>
          <Trans>Reachable</Trans>
        </Tag>
      );
    case 'down':
      return (
        <Tag color="red" icon={IconAlertTriangle}>
          <Trans>Not reachable</Trans>
        </Tag>
      );
    case 'unknown':
      return <Tag icon={IconQuestionMark}>{monitorSeconds === 0 ? <Trans>Not checked</Trans> : <Trans>Not known yet</Trans>}</Tag>;
  }
}
