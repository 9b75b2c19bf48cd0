import { Card, List, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { RoutingDecisionView } from '../../../../shared/api/calls.ts';
import { formatClock } from '../../lib/format.ts';
import { durationText } from '../../records/times.ts';
import { type OutReason, routingReason } from './routing-reason.ts';

/** Why this agent: each routing decision of the call in plain words. */
export function RoutingReasons({ decisions }: { decisions: RoutingDecisionView[] }) {
  if (decisions.length === 0) return null;
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4" mb="sm">
        <Trans>Why this agent</Trans>
      </Title>
      <Stack gap="md">
        {decisions.map((decision) => (
          <Reason key={decision.id} decision={decision} />
        ))}
      </Stack>
    </Card>
  );
}

function Reason({ decision }: { decision: RoutingDecisionView }) {
  const { i18n } = useLingui();
  const outText = useOutText();
  const reason = routingReason(decision);
  const queue = decision.queueName;
  const waited = durationText(reason.waitedMs);
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {formatClock(decision.at, i18n.locale)} · {queue} · <Trans>waited {waited}</Trans> ·{' '}
        <Plural value={reason.considered} one="# agent considered" other="# agents considered" />
      </Text>
      <Verdict reason={reason} rule={decision.rule} />
      {reason.skills.length > 0 && (
        <Text size="sm">
          <Trans>
            The call needed: {reason.skills.map(({ skill, level }) => `${skill} ${level}`).join(', ')}
          </Trans>
        </Text>
      )}
      <List size="sm" spacing={2}>
        {reason.others.map((group) => (
          <List.Item key={group.reason}>
            {outText(group.reason)}: {group.names.join(', ')}
            {group.nextIdleMs !== null && (
              <>
                {' '}
                (<Trans>at most {durationText(group.nextIdleMs)} idle</Trans>)
              </>
            )}
          </List.Item>
        ))}
        {reason.notListed > 0 && (
          <List.Item>
            <Plural value={reason.notListed} one="# more agent" other="# more agents" />
          </List.Item>
        )}
      </List>
    </Stack>
  );
}

function Verdict({ reason, rule }: { reason: ReturnType<typeof routingReason>; rule: string }) {
  if (reason.chosen === null) {
    return (
      <Text size="sm" fw={600}>
        <Trans>Nobody was free, so the call waited.</Trans>
      </Text>
    );
  }
  const { name, idleMs } = reason.chosen;
  const idle = durationText(idleMs);
  return (
    <Text size="sm" fw={600}>
      {rule === 'longestIdle' && idleMs !== null ? (
        <Trans>
          {name} was chosen: idle the longest ({idle}) of those who were free.
        </Trans>
      ) : (
        <Trans>
          {name} was chosen (rule {rule}).
        </Trans>
      )}
    </Text>
  );
}

function useOutText(): (reason: OutReason) => string {
  const { t } = useLingui();
  return (reason) => {
    switch (reason) {
      case 'idleShorter':
        return t`Free, but idle for a shorter time`;
      case 'presence':
        return t`Not available`;
      case 'busy':
        return t`Busy with another call`;
      case 'unhealthy':
        return t`Microphone or network had a problem`;
      case 'skill':
        return t`A needed skill was missing`;
      case 'declinedThisCall':
        return t`Had already declined or missed this call`;
      case 'other':
        return t`Another reason`;
    }
  };
}
