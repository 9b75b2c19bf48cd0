import { Button, Card, Checkbox, Chip, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { AGENT_STATES, agentState, type AgentState } from '../../../../shared/agent-state.ts';
import type { AgentView, CallView, QueueView } from '../../../../shared/events.ts';
import { EmptyState } from '../../components/list-states.tsx';
import { formatDuration } from '../../lib/format.ts';
import { useCallerText } from '../../records/caller-text.tsx';
import { PresenceMenu } from './presence-menu.tsx';
import { countStates, sortAgents } from './board-figures.ts';
import { useStatusReasons } from '../../records/status-reasons.ts';
import { AGENT_LOOKS, useStateWords } from '../../records/agent-look.ts';
import { useProblemWords } from '../../records/problem-words.ts';
import { Tag } from '../../records/tag.tsx';

const PAGE = 60;

interface Props {
  agents: AgentView[];
  queues: Readonly<Record<string, QueueView>>;
  calls: Readonly<Record<string, CallView>>;
  now: number;
}

/** Every agent with what they do and since when; stations, of which there can be hundreds, on request. */
export function AgentsPart({ agents, queues, calls, now }: Props) {
  const words = useStateWords();
  const [only, setOnly] = useState<AgentState | 'all'>('all');
  const [withStations, setWithStations] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const stations = agents.filter((agent) => agent.kind === 'station').length;
  const inView = withStations ? agents : agents.filter((agent) => agent.kind === 'browser');
  const counts = countStates(inView);
  const matching = sortAgents(inView).filter((agent) => only === 'all' || agentState(agent) === only);
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="board-agents">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4" id="board-agents">
            <Trans>Agents</Trans>
          </Title>
          {stations > 0 && (
            <Checkbox
              checked={withStations}
              onChange={(event) => setWithStations(event.currentTarget.checked)}
              label={<Trans>Show external stations ({stations})</Trans>}
            />
          )}
        </Group>
        <Chip.Group value={only} onChange={(next) => setOnly(next as AgentState | 'all')}>
          <Group gap={6}>
            <Chip value="all" size="xs">
              <Trans>All</Trans> {inView.length}
            </Chip>
            {AGENT_STATES.filter((state) => counts[state] > 0 || state === only).map((state) => (
              <Chip key={state} value={state} size="xs">
                {words[state]} {counts[state]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        {matching.length === 0 ? (
          <EmptyState title={<Trans>No agents here</Trans>} />
        ) : (
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {matching.slice(0, limit).map((agent) => (
              <AgentCard
                key={agent.agentId}
                agent={agent}
                queue={agent.queueId === null ? undefined : queues[agent.queueId]}
                call={agent.callId === null ? undefined : calls[agent.callId]}
                now={now}
              />
            ))}
          </SimpleGrid>
        )}
        {matching.length > limit && (
          <Button variant="default" w="fit-content" mx="auto" onClick={() => setLimit(limit + PAGE)}>
            <Trans>Show more</Trans>
          </Button>
        )}
      </Stack>
    </Card>
  );
}

interface CardProps {
  agent: AgentView;
  queue: QueueView | undefined;
  call: CallView | undefined;
  now: number;
}

function AgentCard({ agent, queue, call, now }: CardProps) {
  const words = useStateWords();
  const problemWords = useProblemWords();
  const callerText = useCallerText();
  const reasons = useStatusReasons();
  const state = agentState(agent);
  const look = AGENT_LOOKS[state];
  const busy = agent.work !== 'idle';
  const next = agent.next && (reasons.text(agent.next.reasonId) || words[agent.next.presence]);
  const left = agent.work === 'wrapUp' && agent.wrapUpUntil !== null ? formatDuration(Date.parse(agent.wrapUpUntil) - now) : null;
  return (
    <Card withBorder padding="xs" component="li">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} size="sm" truncate>
          {agent.name}
        </Text>
        <Group gap={4} wrap="nowrap">
          <Text size="sm" className="scc-digits">
            {formatDuration(now - Date.parse(agent.since))}
          </Text>
          <PresenceMenu agent={agent} />
        </Group>
      </Group>
      <Group gap={6}>
        <Tag color={look.color} icon={look.icon}>
          {(state === 'break' || state === 'away') && reasons.text(agent.reasonId) !== '' ? reasons.text(agent.reasonId) : words[state]}
        </Tag>
        {(agent.presence === 'offline' ? [] : agent.problems).map((problem) => (
          <Tag key={problem} color="red" icon={IconAlertTriangle}>
            {problemWords[problem]}
          </Tag>
        ))}
      </Group>
      {busy && (
        <Text size="xs" c="dimmed" mt={4} className="scc-digits">
          {agent.lines && (
            <>
              <Trans>Calls {agent.lines.callIds.length}/{agent.lines.capacity}</Trans>
              {' · '}
            </>
          )}
          {[queue?.name, call && callerText(call)].filter(Boolean).join(' · ')}
          {left !== null && (
            <>
              {' '}
              <Trans>{left} left</Trans>
            </>
          )}
        </Text>
      )}
      {next !== null && (
        <Text size="xs" mt={2}>
          <Trans>After this call: {next}</Trans>
        </Text>
      )}
    </Card>
  );
}
