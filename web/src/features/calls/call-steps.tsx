import { Card, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallEvent, RoutingDecisionView } from '../../../../shared/api/calls.ts';
import { formatClock } from '../../lib/format.ts';
import { usePeople } from '../../records/people.ts';
import { useStepText } from './step-text.ts';

/** What the caller heard and pressed, whom the call rang, hold, end. */
export function CallSteps({ events, decisions }: { events: CallEvent[]; decisions: RoutingDecisionView[] }) {
  const { i18n } = useLingui();
  const people = usePeople();
  // Stations are in the decisions alone, supervisors and colleagues among the people alone.
  const names = new Map([...people.map(({ id, name }) => [id, name] as const), ...decisions.flatMap(({ candidates }) => candidates.map(({ agentId, agentName }) => [agentId, agentName] as const))]);
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
        <Table verticalSpacing={4} fz="sm" withRowBorders={false}>
          <Table.Tbody>
            {events.map((event) => {
              const step = stepText(event);
              return (
                <Table.Tr key={event.seq}>
                  <Table.Td className="scc-digits" w={90} c="dimmed" style={{ verticalAlign: 'top' }}>
                    {formatClock(event.at, i18n.locale)}
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {step.title}
                    {step.detail !== '' && (
                      <Text span size="sm" c="dimmed" ms="xs">
                        {step.detail}
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
