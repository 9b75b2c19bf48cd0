import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle, IconHierarchy2, IconUserStar } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../../lib/session.ts';
import { PageHead } from '../../records/page-head.tsx';
import { openPart, QUEUE_PARTS } from '../../records/page-parts.ts';
import { AgentRouting } from './agent-routing.tsx';
import { EmergencySwitch } from './emergency-switch.tsx';
import { QueueSettings } from './queue-settings.tsx';

/** What a user needs for each tab. */
const PERMISSIONS = { queues: 'settings.manage', agents: 'user.manage', emergency: 'call.supervise' } as const;

/** Which calls go to whom: queues with their rules, agents with their skills, and the switch for emergencies. */
export default function QueuesPage() {
  const { can } = useSession();
  const navigate = useNavigate();
  const { part } = useSearch({ from: '/inside/queues' });
  const has = (one: (typeof QUEUE_PARTS)[number]) => can(PERMISSIONS[one]);
  const open = openPart(QUEUE_PARTS, has, part);
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Queues and routing</Trans>} />
      <Tabs value={open} onChange={(next) => void navigate({ to: '/queues', search: { part: openPart(QUEUE_PARTS, has, next ?? undefined) ?? undefined } })} keepMounted={false}>
        <Tabs.List mb="md">
          {has('queues') && (
            <Tabs.Tab value="queues" leftSection={<IconHierarchy2 size={18} aria-hidden />}>
              <Trans>Queues</Trans>
            </Tabs.Tab>
          )}
          {has('agents') && (
            <Tabs.Tab value="agents" leftSection={<IconUserStar size={18} aria-hidden />}>
              <Trans>Skills of agents</Trans>
            </Tabs.Tab>
          )}
          {has('emergency') && (
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
