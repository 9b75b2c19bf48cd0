import { Card, Grid, Group, Stack, Text, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { countUnreadEvaluations, type EvaluationDetail, getEvaluation, listEvaluations, seeEvaluation } from '../../../../shared/api/evaluations.ts';
import { scoreOf } from '../../../../shared/score-sheet.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { BackLink, CallLink } from '../../records/links.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { PlayerLink } from '../../records/player-link.ts';
import { RecordMeta } from '../../records/record-meta.tsx';
import { RecordPage } from '../../records/record-page.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { AgentAnswer } from './agent-answer.tsx';
import { AppealCard } from './appeal-card.tsx';
import { EvaluationActions } from './evaluation-actions.tsx';
import { RevisionHistory } from './revision-history.tsx';
import { ScoreForm } from './score-form.tsx';
import { ScoreSummary } from './score-summary.tsx';
import { StateTag } from './score-tags.tsx';
import { type Scoring, sentScoring } from './scoring.ts';

interface Props {
  /** The player of the call's recordings; another feature's, put here by the route. */
  recordings: (recordings: EvaluationDetail['recordings'], link: PlayerLink) => ReactNode;
}

/** One evaluation: the recording on one side, the sheet on the other. */
export function EvaluationPage({ recordings }: Props) {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useOne([getEvaluation.id, id], (signal) => call(getEvaluation, { params: { id } }, signal));
  const back = (
    <BackLink to="/quality">
      <Trans>Quality</Trans>
    </BackLink>
  );
  return (
    <RecordPage query={query} title={<Trans>Evaluation</Trans>} back={back}>
      {(item) => <Evaluation key={item.id} item={item} back={back} recordings={recordings} />}
    </RecordPage>
  );
}

const RULES = { draftOf: ({ answers, comment }: EvaluationDetail): Scoring => ({ answers, comment }), sent: sentScoring };

function Evaluation({ item, back, recordings }: { item: EvaluationDetail; back: ReactNode } & Props) {
  const { i18n } = useLingui();
  const { user, can } = useSession();
  const [link] = useState(() => new PlayerLink());
  const { draft, setDraft: setScoring, dirty: changed, overtaken, undo, saved } = useDraft(item, RULES);
  const [revising, setRevising] = useState(false);
  const isAgent = user?.id === item.agentId;
  useSeen(item, isAgent);
  const edits = (item.state === 'draft' && user?.id === item.evaluatorId) || (revising && item.state === 'appealed');
  // What cannot be changed any more is shown as it is kept.
  const scoring = edits ? draft : RULES.draftOf(item);
  const dirty = edits && changed;
  const score = scoreOf(item.definition, scoring.answers);
  return (
    <Stack gap="md">
      <PageHead
        back={back}
        title={
          <Group gap="sm" component="span">
            <Trans>Evaluation of {item.agentName}</Trans>
            <StateTag state={item.state} />
          </Group>
        }
        hint={
          <Trans>
            {item.sheetName} (version {item.sheetVersion}) · by {item.evaluatorName} · <CallLink inText id={item.callId}>call of {formatDateTime(item.calledAt, i18n.locale)}</CallLink>
          </Trans>
        }
      >
        {user?.id === item.evaluatorId && <EvaluationActions item={item} scoring={sentScoring(scoring)} dirty={dirty} onSaved={saved} complete={score.open.length === 0 && score.percent !== null} />}
      </PageHead>
      <LeaveGuard dirty={dirty} />
      {edits && overtaken && <OvertakenNote onFollow={undo} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 6 }} order={{ base: 1, lg: 2 }}>
          <Stack gap="md" style={{ position: 'sticky', top: 72 }}>
            <ScoreSummary definition={item.definition} score={score} />
            {recordings(item.recordings, link)}
            {isAgent && item.state === 'published' && <AgentAnswer item={item} />}
            <AppealCard item={item} scoring={scoring} mayAnswer={can('quality.evaluate') && !isAgent} revising={revising} onRevising={setRevising} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }} order={{ base: 2, lg: 1 }}>
          <Stack gap="md">
            <ScoreForm definition={item.definition} answers={scoring.answers} score={score} link={item.recordings.length > 0 ? link : null} onChange={edits ? (answers) => setScoring({ ...scoring, answers }) : null} />
            <Overall comment={scoring.comment} onChange={edits ? (comment) => setScoring({ ...scoring, comment }) : null} />
            <RevisionHistory item={item} />
          </Stack>
        </Grid.Col>
      </Grid>
      <RecordMeta record={item} />
    </Stack>
  );
}

/** What the agent has on the screen is not unread any more. */
function useSeen({ id, unread }: EvaluationDetail, isAgent: boolean): void {
  const client = useQueryClient();
  const isNew = unread && isAgent;
  useEffect(() => {
    if (!isNew) return;
    // When it fails, it stays unread: nothing of that concerns who reads.
    call(seeEvaluation, { params: { id } })
      .then(() => Promise.all([countUnreadEvaluations.id, listEvaluations.id].map((key) => client.invalidateQueries({ queryKey: [key] }))))
      .catch(() => undefined);
  }, [client, id, isNew]);
}

function Overall({ comment, onChange }: { comment: string; onChange: ((comment: string) => void) | null }) {
  const { t } = useLingui();
  if (!onChange && comment === '') return null;
  return (
    <Card withBorder padding="md">
      {onChange ? (
        <Textarea label={t`Comment on the call as a whole`} autosize minRows={3} maxLength={5000} value={comment} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            <Trans>Comment on the call as a whole</Trans>
          </Text>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {comment}
          </Text>
        </Stack>
      )}
    </Card>
  );
}
