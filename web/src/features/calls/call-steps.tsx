import { Card, Text, Timeline, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallEvent, RoutingDecisionView } from '../../../../shared/api/calls.ts';
import { formatClock } from '../../lib/format.ts';
import { useStepText } from './step-text.ts';

/** What the caller heard and pressed, whom the call rang, hold, end. */
export function CallSteps({ events, decisions }: { events: CallEvent[]; decisions: RoutingDecisionView[] }) {
  const { i18n } = useLingui();
  const names = new Map(decisions.flatMap((decision) => decision.candidates.map((candidate) => [candidate.agentId, candidate.agentName])));
  const stepText = useStepText((agentId) => names.get(agentId) ?? '');
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4" mb="sm">
        <Trans>Steps of the call</Trans>
      </Title>
      {events.length === 0 ? (
        <Text size="sm" c="dimmed">
          <Trans>No steps are stored.</Trans>
        </Text>
      ) : (
        <Timeline bulletSize={12} lineWidth={2} active={-1}>
          {events.map((event) => {
            const step = stepText(event);
            return (
              <Timeline.Item key={event.seq} title={<Text size="sm">{step.title}</Text>}>
                <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {formatClock(event.at, i18n.locale)} {step.detail}
                </Text>
              </Timeline.Item>
            );
          })}
        </Timeline>
      )}
    </Card>
  );
}
