import { Button, Card, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPencil, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { type EvaluationDetail, getEvaluation, listEvaluations, reviseEvaluation, upholdEvaluation } from '../../../../shared/api/evaluations.ts';
import { scoreOf } from '../../../../shared/score-sheet.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { useSave } from '../../records/use-save.ts';
import { percentText } from './score-tags.tsx';
import type { Scoring } from './scoring.ts';

interface Props {
  item: EvaluationDetail;
  /** As the form shows them; sent with a revision. */
  scoring: Scoring;
  mayAnswer: boolean;
  /** The scores of the form can be changed. */
  revising: boolean;
  onRevising: (revising: boolean) => void;
}

/** What the agent objects, and what came of it. */
export function AppealCard({ item, scoring, mayAnswer, revising, onRevising }: Props) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  if (!item.appeal) return null;
  const { reason, answer, answeredBy } = item.appeal;
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Appeal</Trans>
        </Title>
        <Said head={`${item.agentName} · ${item.appealedAt === null ? '' : formatDateTime(item.appealedAt, i18n.locale)}`} text={reason} />
        {answer !== '' && <Said head={`${actorName(answeredBy)} · ${item.answeredAt === null ? '' : formatDateTime(item.answeredAt, i18n.locale)}`} text={answer} />}
        {item.state === 'appealed' && mayAnswer && <Answer item={item} scoring={scoring} revising={revising} onRevising={onRevising} />}
        {item.state === 'appealed' && !mayAnswer && (
          <Text size="sm" c="dimmed">
            <Trans>Not answered yet.</Trans>
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function Said({ head, text }: { head: string; text: string }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {head}
      </Text>
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    </Stack>
  );
}

const REFRESH = [getEvaluation.id, listEvaluations.id];

function Answer({ item, scoring, revising, onRevising }: Omit<Props, 'mayAnswer'>) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const params = { id: item.id };
  const answer = text.trim();
  const uphold = useSave({ run: () => call(upholdEvaluation, { params, body: { answer } }), refresh: REFRESH, done: t`The appeal is answered; the scores stay` });
  const revise = useSave({ run: () => call(reviseEvaluation, { params, body: { answer, ...scoring } }), refresh: REFRESH, done: t`The appeal is answered with new scores` });
  const score = scoreOf(item.definition, scoring.answers);
  return (
    <Stack gap="sm">
      <Textarea label={t`Answer to the agent`} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={3} maxLength={5000} required />
      {revising ? (
        <Stack gap="xs">
          <Text size="sm">
            <Trans>
              Change the scores in the sheet: {percentText(item.percent)} becomes {percentText(score.percent)}. The earlier scores stay in the history.
            </Trans>
          </Text>
          <Group gap="xs">
            <Button leftSection={<IconPencil size={18} aria-hidden />} disabled={answer === '' || score.open.length > 0} loading={revise.isPending} onClick={() => revise.mutate(undefined)}>
              <Trans>Send answer and new scores</Trans>
            </Button>
            <Button variant="default" disabled={revise.isPending} onClick={() => onRevising(false)}>
              <Trans>Back</Trans>
            </Button>
          </Group>
        </Stack>
      ) : (
        <Group gap="xs">
          <Button variant="default" leftSection={<IconShieldCheck size={18} aria-hidden />} disabled={answer === ''} loading={uphold.isPending} onClick={() => uphold.mutate(undefined)}>
            <Trans>Uphold the scores</Trans>
          </Button>
          <Button variant="default" leftSection={<IconPencil size={18} aria-hidden />} disabled={uphold.isPending} onClick={() => onRevising(true)}>
            <Trans>Revise the scores…</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  );
}
