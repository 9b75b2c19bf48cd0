import { Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconCoffee, IconLogout2, IconUserPause } from '@tabler/icons-react';
import type { AgentView } from '../../../../shared/events.ts';
import { formatDuration } from '../../lib/format.ts';
import { useStatusReasons } from '../../records/status-reasons.ts';
import { softphone, useServerNow, useSoftphone } from '../../softphone/use-softphone.ts';
import { useStatusText } from './status-text.ts';
import { useCommand } from '../../softphone/use-command.ts';

const CHOICES = [
  { presence: 'available', icon: IconCircleCheck, color: 'teal' },
  { presence: 'break', icon: IconCoffee, color: 'orange' },
  { presence: 'away', icon: IconUserPause, color: 'orange' },
  { presence: 'offline', icon: IconLogout2, color: 'gray.7' },
] as const;

/** What the agent does right now and for how long, and the choice of what comes next. */
export function StatusControl({ agent }: { agent: AgentView | null }) {
  const { t } = useLingui();
  const { run, busy } = useCommand();
  const { desk } = useSoftphone();
  const { presenceText, workText } = useStatusText();
  const reasons = useStatusReasons();
  const now = useServerNow();
  const label = (presence: AgentView['presence'], reasonId: string | null): string => reasons.text(reasonId) || presenceText[presence];
  const away = desk === 'taken' || desk === 'elsewhere';
  const known = agent && (agent.work === 'idle' ? label(agent.presence, agent.reasonId) : workText[agent.work]);
  const headline = known ?? (away ? t`In another window` : t`Connecting`);
  const lasting = agent ? formatDuration(now - Date.parse(agent.since)) : '–';

  return (
    <Card withBorder padding="md" component="section" aria-label={t`Status`}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" aria-live="polite">
          <Text fw={700} size="lg">
            {headline}
          </Text>
          <Text className="scc-digits" c="dimmed" aria-live="off">
            {lasting}
          </Text>
        </Group>
        <SimpleGrid cols={2} spacing={8} verticalSpacing={8} role="group" aria-label={t`Change the status`}>
          {CHOICES.map(({ presence, icon: Icon, color }) => (
            <Button
              key={presence}
              variant={agent?.presence === presence ? 'filled' : 'default'}
              color={color}
              px="xs"
              justify="flex-start"
              leftSection={<Icon size={18} aria-hidden />}
              aria-pressed={agent?.presence === presence}
              disabled={desk !== 'open' || busy}
              onClick={() => void run(() => softphone.setPresence(presence))}
            >
              {presenceText[presence]}
            </Button>
          ))}
        </SimpleGrid>
        <Reasons agent={agent} disabled={desk !== 'open' || busy} onChoose={(presence, id) => void run(() => softphone.setPresence(presence, id))} />
        {agent?.careUntil && (
          <Text size="sm" role="status">
            <Trans>Care break: {formatDuration(Math.max(0, Date.parse(agent.careUntil) - now))} left</Trans>
          </Text>
        )}
        {agent && agent.work !== 'idle' && (
          <Text size="xs" c="dimmed">
            {agent.next ? <Trans>After this call: {label(agent.next.presence, agent.next.reasonId)}</Trans> : <Trans>A change now counts after this call.</Trans>}
            {agent.lines && <> {agent.next ? <Trans>You get no further call until then.</Trans> : <Trans>Calls at once: {agent.lines.callIds.length} of {agent.lines.capacity}</Trans>}</>}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

interface ReasonsProps {
  agent: AgentView | null;
  disabled: boolean;
  onChoose: (presence: 'break' | 'away', reasonId: string) => void;
}

/** The company's own kinds of break and absence, one press each. */
function Reasons({ agent, disabled, onChoose }: ReasonsProps) {
  const { t } = useLingui();
  const { active } = useStatusReasons();
  if (active.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={t`Reason for a break or absence`}>
      {active.map(({ id, presence, text }) => (
        <Button
          key={id}
          size="compact-sm"
          variant={agent?.reasonId === id ? 'filled' : 'default'}
          color="orange"
          aria-pressed={agent?.reasonId === id}
          disabled={disabled}
          onClick={() => onChoose(presence, id)}
        >
          {text}
        </Button>
      ))}
    </Group>
  );
}
