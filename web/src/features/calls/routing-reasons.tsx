import { Card, List, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { RoutingDecisionView } from '../../../../shared/api/calls.ts';
import { formatClock } from '../../lib/format.ts';
import { durationText } from '../../records/times.ts';
import { useProblemWords } from '../../records/problem-words.ts';
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
  const scoreText = useScoreText();
  const problemWords: Readonly<Record<string, string>> = useProblemWords();
  const reason = routingReason(decision);
  const noteOf = (group: (typeof reason.others)[number], index: number): string =>
    group.reason === 'unhealthy' ? (group.problems[index] ?? []).map((problem) => problemWords[problem] ?? problem).join(', ') : scoreText(decision.rule, group.scores[index] ?? null);
  const queue = decision.queueName;
  const waited = durationText(reason.waitedMs);
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {formatClock(decision.at, i18n.locale)} · {queue} · <Trans>waited {waited}</Trans> ·{' '}
        <Plural value={reason.considered} one="# agent considered" other="# agents considered" />
      </Text>
      <Verdict reason={reason} decision={decision} />
      {reason.skills.length > 0 && (
        <Text size="sm">
          <Trans>
            The call needed: {reason.skills.map(({ skill, level }) => `${skill} ${level}`).join(', ')}
          </Trans>
        </Text>
      )}
      <Circumstances decision={decision} />
      <List size="sm" spacing={2}>
        {reason.others.map((group) => (
          <List.Item key={group.reason}>
            {outText(group.reason)}: {group.names.map((name, index) => withNote(name, noteOf(group, index))).join(', ')}
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

const withNote = (name: string, note: string): string => (note === '' ? name : `${name} (${note})`);

/** Stage, ring, expression and points, where they are not those of a simple queue. */
function Circumstances({ decision }: { decision: RoutingDecisionView }) {
  const { t } = useLingui();
  const { detail } = decision;
  if (!detail) return null;
  const { ring, levelsDown, expression, queueNames, priority, aged } = detail;
  const queues = queueNames.join(', ');
  const points = priority + aged;
  const lines = [
    ...(detail.callback ? [t`A callback: the caller had hung up and kept the place in the queue.`] : []),
    ...(ring > 0 ? [t`Ring ${ring} was open by then.`] : []),
    ...(expression ? [t`Skills asked for: ${expression}`] : []),
    ...(levelsDown > 0 ? [t`Every level was lowered by ${levelsDown}.`] : []),
    ...(queues === '' ? [] : [t`Agents of these queues could take it too: ${queues}`]),
    ...(points === 0 ? [] : [t`Points: ${points} (priority ${priority}, for waiting ${aged})`]),
  ];
  return lines.map((line) => (
    <Text key={line} size="sm">
      {line}
    </Text>
  ));
}

function Verdict({ reason, decision }: { reason: ReturnType<typeof routingReason>; decision: RoutingDecisionView }) {
  const verdict = useVerdict();
  return (
    <Text size="sm" fw={600}>
      {verdict(reason, decision)}
    </Text>
  );
}

/** One sentence: who, and by which rule. */
function useVerdict(): (reason: ReturnType<typeof routingReason>, decision: RoutingDecisionView) => string {
  const { t } = useLingui();
  const byOrder = useOrderVerdict();
  return ({ chosen }, { rule, detail, candidates }) => {
    const stage = detail?.stage ?? 'pool';
    if (chosen === null) {
      const awaited = candidates[0]?.agentName ?? '';
      if (stage === 'lastAgent') return t`The call waited for ${awaited}, who had spoken with this customer last.`;
      if (stage === 'owner') return t`The call waited for ${awaited}, who looks after this customer.`;
      if (stage === 'assigned') return t`The call waited for ${awaited}, to whom a supervisor had given it.`;
      return t`Nobody was free, so the call waited.`;
    }
    const { name, lines } = chosen;
    if (stage === 'lastAgent') return t`${name} was chosen: spoke with this customer last.`;
    if (stage === 'owner') return t`${name} was chosen: looks after this customer.`;
    if (stage === 'assigned') return t`${name} was chosen by a supervisor.`;
    if (lines && lines.load > 0) {
      const { load, capacity } = lines;
      return t`${name} was chosen with a line left (${load} of ${capacity} calls): nobody with fewer calls could take it.`;
    }
    return byOrder(rule, name, chosen);
  };
}

function useOrderVerdict(): (rule: string, name: string, chosen: { idleMs: number | null; score: number | null }) => string {
  const { t } = useLingui();
  const scoreText = useScoreText();
  return (rule, name, { idleMs, score }) => {
    const idle = durationText(idleMs);
    const figure = scoreText(rule, score);
    switch (rule) {
      case 'longestIdle':
        return t`${name} was chosen: idle the longest (${idle}) of those who were free.`;
      case 'bestSkill':
        return t`${name} was chosen: the highest level (${figure}) of those who were free.`;
      case 'leastRecent':
        return figure === '' ? t`${name} was chosen: had not taken a call of this queue yet.` : t`${name} was chosen: the last call of this queue longest ago (${figure}).`;
      case 'fewestCalls':
        return t`${name} was chosen: the fewest calls of this queue today (${figure}).`;
      case 'roundRobin':
        return t`${name} was chosen: next in turn.`;
      case 'linear':
        return t`${name} was chosen: first in the fixed order of those who were free.`;
      case 'random':
        return t`${name} was chosen by lot.`;
      case 'weightedRandom':
        return t`${name} was chosen by a weighted draw (${figure}).`;
      case 'ringAll':
        return t`${name} was rung together with everybody who was free.`;
      default:
        return t`${name} was chosen (rule ${rule}).`;
    }
  };
}

/** What a rule compares, with its unit; empty when it compares nothing. */
function useScoreText(): (rule: string, score: number | null) => string {
  const { t } = useLingui();
  return (rule, score) => {
    if (score === null) return '';
    switch (rule) {
      case 'bestSkill':
        return t`level ${score}`;
      case 'leastRecent':
        return durationText(score);
      case 'fewestCalls':
        return t`${score} calls`;
      case 'linear':
      case 'roundRobin':
        return t`place ${score}`;
      case 'weightedRandom':
        return t`weight ${score}`;
      default:
        return '';
    }
  };
}

function useOutText(): (reason: OutReason) => string {
  const { t } = useLingui();
  return (reason) => {
    switch (reason) {
      case 'idleShorter':
        return t`Free, but idle for a shorter time`;
      case 'behind':
        return t`Free, but behind by the queue’s rule`;
      case 'presence':
        return t`Not available`;
      case 'busy':
        return t`Busy with another call`;
      case 'unhealthy':
        return t`Not well: microphone, network, sound or browser`;
      case 'station':
        return t`A station does not call back`;
      case 'skill':
        return t`A needed skill was missing`;
      case 'declinedThisCall':
        return t`Had already declined or missed this call`;
      case 'moreCalls':
        return t`A line is left, but already in more calls`;
      case 'talksShorter':
        return t`A line is left, but the present call began later`;
      case 'declinedFurther':
        return t`Did not take a further call beside the present one`;
      case 'other':
        return t`Another reason`;
    }
  };
}
