import { Button, Card, Grid, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconSend } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type CalibrationDetail, getCalibration, listCalibrations, submitCalibration } from '../../../../shared/api/calibrations.ts';
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
import { Tag } from '../../records/tag.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { CalibrationActions } from './calibration-actions.tsx';
import { CalibrationResult } from './calibration-result.tsx';
import { CalibrationState } from './calibrations-part.tsx';
import { ScoreForm } from './score-form.tsx';
import { ScoreSummary } from './score-summary.tsx';
import { type Scoring, sentScoring } from './scoring.ts';

interface Props {
  /** The player of the call's recordings; another feature's, put here by the route. */
  recordings: (recordings: CalibrationDetail['recordings'], link: PlayerLink) => ReactNode;
}

/** One calibration session: first everybody scores alone, then all compare. */
export function CalibrationPage({ recordings }: Props) {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useOne([getCalibration.id, id], (signal) => call(getCalibration, { params: { id } }, signal));
  const back = (
    <BackLink to="/quality">
      <Trans>Quality</Trans>
    </BackLink>
  );
  return (
    <RecordPage query={query} title={<Trans>Calibration</Trans>} back={back}>
      {(item) => <Calibration item={item} back={back} recordings={recordings} />}
    </RecordPage>
  );
}

function Calibration({ item, back, recordings }: { item: CalibrationDetail; back: ReactNode } & Props) {
  const { i18n } = useLingui();
  const { user } = useSession();
  const [link] = useState(() => new PlayerLink());
  const isInvited = item.participants.some(({ userId }) => userId === user?.id);
  return (
    <Stack gap="md">
      <PageHead
        back={back}
        title={
          <Group gap="sm" component="span">
            {item.name}
            <CalibrationState state={item.state} />
          </Group>
        }
        hint={
          <Trans>
            {item.sheetName} (version {item.sheetVersion}) · {item.agentName} · <CallLink inText id={item.callId}>call of {formatDateTime(item.calledAt, i18n.locale)}</CallLink>
          </Trans>
        }
      >
        <CalibrationActions item={item} />
      </PageHead>
      {recordings(item.recordings, link)}
      {item.state === 'closed' ? <CalibrationResult item={item} /> : <Participants item={item} />}
      {item.state === 'open' && isInvited && <OwnScores key={item.id} item={item} link={link} />}
      <RecordMeta record={item} />
    </Stack>
  );
}

function Participants({ item }: { item: CalibrationDetail }) {
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Title order={2} size="h4">
          <Trans>Evaluators</Trans>
        </Title>
        {item.participants.map(({ userId, name, submittedAt }) => (
          <Group key={userId} gap="xs">
            <Text size="sm">{name}</Text>
            {userId === item.referenceId && (
              <Tag color="grape">
                <Trans>Reference</Trans>
              </Tag>
            )}
            {submittedAt === null ? (
              <Tag>
                <Trans>Not handed in</Trans>
              </Tag>
            ) : (
              <Tag color="teal" icon={IconCheck}>
                <Trans>Handed in</Trans>
              </Tag>
            )}
          </Group>
        ))}
        <Text size="xs" c="dimmed">
          <Trans>Nobody sees the scores of others before the session is closed.</Trans>
        </Text>
      </Stack>
    </Card>
  );
}

const OWN = { draftOf: ({ own }: CalibrationDetail): Scoring => own ?? { answers: {}, comment: '' }, sent: sentScoring };

function OwnScores({ item, link }: { item: CalibrationDetail; link: PlayerLink }) {
  const { t } = useLingui();
  const { draft: scoring, setDraft: setScoring, dirty, overtaken, undo, saved } = useDraft(item, OWN);
  const score = scoreOf(item.definition, scoring.answers);
  const submit = useSave({
    run: (body: Scoring) => call(submitCalibration, { params: { id: item.id }, body }),
    refresh: [getCalibration.id, listCalibrations.id],
    done: t`Your scores are handed in; they can be changed until the session is closed`,
    onDone: (_stored, sent) => saved(sent),
  });
  return (
    <>
      <LeaveGuard dirty={dirty} />
      {overtaken && <OvertakenNote onFollow={undo} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <ScoreForm definition={item.definition} answers={scoring.answers} score={score} link={item.recordings.length > 0 ? link : null} onChange={(answers) => setScoring({ ...scoring, answers })} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="md" style={{ position: 'sticky', top: 72 }}>
            <ScoreSummary definition={item.definition} score={score} />
            <Textarea label={t`Comment on the call as a whole`} autosize minRows={2} maxLength={5000} value={scoring.comment} onChange={(event) => setScoring({ ...scoring, comment: event.currentTarget.value })} />
            <Button leftSection={<IconSend size={18} aria-hidden />} disabled={score.open.length > 0 || score.percent === null} loading={submit.isPending} onClick={() => submit.mutate(sentScoring(scoring))}>
              <Trans>Hand in the scores</Trans>
            </Button>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}
