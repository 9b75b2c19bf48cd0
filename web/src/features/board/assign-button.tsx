import { Button, Menu, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconUserPlus } from '@tabler/icons-react';
import type { AgentView, CallView } from '../../../../shared/events.ts';
import { useSession } from '../../lib/session.ts';
import { useCallerText } from '../../records/caller-text.tsx';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone } from '../../softphone/use-softphone.ts';

/** More names than fit on a screen. */
const SHOWN = 40;

/** Gives a waiting call to an agent; the supervisor's own name comes first, to take it. */
export function AssignButton({ call, agents }: { call: CallView; agents: readonly AgentView[] }) {
  const { t } = useLingui();
  const { can, user } = useSession();
  const callerText = useCallerText();
  const { run, busy } = useCommand();
  if (!can('call.supervise') || (call.phase !== 'queued' && call.phase !== 'ringing') || call.direction !== 'inbound' || call.queueId === null) return null;
  const rank = (agent: AgentView): number => (agent.agentId === user?.id ? 0 : agent.work === 'idle' ? 1 : 2);
  const free = agents.filter(({ presence }) => presence === 'available').sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconUserPlus size={16} aria-hidden />} disabled={busy} aria-label={t`Assign the call of ${callerText(call)}`}>
          <Trans>Assign</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {free.length === 0 && (
          <Menu.Label>
            <Trans>Nobody is available</Trans>
          </Menu.Label>
        )}
        {free.slice(0, SHOWN).map((agent) => (
          <Menu.Item key={agent.agentId} onClick={() => void run(() => softphone.assign(call.callId, agent.agentId))}>
            {agent.agentId === user?.id ? <Trans>Take it myself</Trans> : agent.name}
            {agent.work !== 'idle' && (
              <Text span size="xs" c="dimmed">
                {' '}
                <Trans>busy, next</Trans>
              </Text>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
