import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle, IconHierarchy2, IconUserStar } from '@tabler/icons-react';
import { useSession } from '../../lib/session.ts';
import { PageHead } from '../../records/page-head.tsx';
import { AgentRouting } from './agent-routing.tsx';
import { EmergencySwitch } from './emergency-switch.tsx';
import { QueueSettings } from './queue-settings.tsx';

/** Which calls go to whom: queues with their rules, agents with their skills, and the switch for emergencies. */
export default function QueuesPage() {
  const { can } = useSession();
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Queues and routing</Trans>} />
      <Tabs defaultValue={can('settings.manage') ? 'queues' : 'emergency'} keepMounted={false}>
        <Tabs.List mb="md">
          {can('settings.manage') && (
            <Tabs.Tab value="queues" leftSection={<IconHierarchy2 size={18} aria-hidden />}>
              <Trans>Queues</Trans>
            </Tabs.Tab>
          )}
          {can('user.manage') && (
            <Tabs.Tab value="agents" leftSection={<IconUserStar size={18} aria-hidden />}>
              <Trans>Skills of agents</Trans>
            </Tabs.Tab>
          )}
          {can('call.supervise') && (
            <Tabs.Tab value="emergency" leftSection={<IconAlertTriangle size={18} aria-hidden />}>
              <Trans>Emergency switch</Trans>
            </Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value="queues">
          <QueueSettings />
        </Tabs.Panel>
        <Tabs.Panel value="agents">
          <AgentRouting />
        </Tabs.Panel>
        <Tabs.Panel value="emergency">
          <EmergencySwitch />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
