import { ActionIcon, Menu } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDotsVertical } from '@tabler/icons-react';
import type { AgentView } from '../../../../shared/events.ts';
import { chosenStatus } from './board-figures.ts';
import { useSession } from '../../lib/session.ts';
import { useStatusReasons } from '../../records/status-reasons.ts';
import { useCommand } from '../../softphone/use-command.ts';
import { softphone } from '../../softphone/use-softphone.ts';

/** A supervisor changes an agent's status; during a call it takes effect after it. */
export function PresenceMenu({ agent }: { agent: AgentView }) {
  const { t } = useLingui();
  const { can } = useSession();
  const { run, busy } = useCommand();
  const reasons = useStatusReasons();
  if (!can('agent.manage') || agent.kind !== 'browser') return null;
  const isLater = agent.work === 'talking' || agent.work === 'wrapUp';
  const chosen = chosenStatus(agent);
  const choices: { presence: AgentView['presence']; reasonId: string | null; text: string }[] = [
    { presence: 'available', reasonId: null, text: t`Available` },
    { presence: 'break', reasonId: null, text: t`On break` },
    { presence: 'away', reasonId: null, text: t`Away` },
    ...reasons.active.map(({ id, presence, text }) => ({ presence, reasonId: id, text })),
    { presence: 'offline', reasonId: null, text: t`Logged off` },
  ];
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" disabled={busy} aria-label={t`Change the status of ${agent.name}`}>
          <IconDotsVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{isLater ? <Trans>Status after the call</Trans> : <Trans>Status</Trans>}</Menu.Label>
        {choices.map(({ presence, reasonId, text }) => (
          <Menu.Item key={`${presence} ${reasonId ?? ''}`} disabled={chosen.presence === presence && chosen.reasonId === reasonId} onClick={() => void run(() => softphone.setPresenceOf(agent.agentId, presence, reasonId))}>
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
