import { Button, Card, Chip, Group, NumberInput, Stack, Text, Textarea, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMapPin, IconX } from '@tabler/icons-react';
import type { Score, SheetAnswer, SheetAnswers, SheetDefinition, SheetQuestion } from '../../../../shared/score-sheet.ts';
import type { PlayerLink } from '../../records/player-link.ts';
import { Tag } from '../../records/tag.tsx';
import { secondsText } from '../../records/times.ts';
import { percentText } from './score-tags.tsx';

/** More points than this are typed, not chosen. */
const MOST_CHIPS = 10;
const OPEN: SheetAnswer = { points: null, na: false, comment: '', atMs: null };

interface Props {
  definition: SheetDefinition;
  answers: SheetAnswers;
  score: Score;
  /** The player beside the form; null = there is none. */
  link: PlayerLink | null;
  /** Null: to be read only. */
  onChange: ((answers: SheetAnswers) => void) | null;
}

/** The questions of a sheet with their answers. */
export function ScoreForm({ definition, answers, score, link, onChange }: Props) {
  return (
    <Stack gap="md">
      {definition.sections.map((section) => (
        <Card key={section.id} withBorder padding="md" component="section" aria-label={section.title}>
          <Stack gap="md">
            <Group justify="space-between">
              <Title order={3} size="h5">
                {section.title}
              </Title>
              <Text size="sm" fw={600}>
                {percentText(score.sections.find(({ id }) => id === section.id)?.percent ?? null)}
              </Text>
            </Group>
            {section.questions.map((question) => (
              <QuestionRow
                key={question.key}
                question={question}
                answer={answers[question.key] ?? OPEN}
                link={link}
                onChange={onChange && ((part) => onChange({ ...answers, [question.key]: { ...(answers[question.key] ?? OPEN), ...part } }))}
              />
            ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}

interface RowProps {
  question: SheetQuestion;
  answer: SheetAnswer;
  link: PlayerLink | null;
  onChange: ((part: Partial<SheetAnswer>) => void) | null;
}

function QuestionRow({ question, answer, link, onChange }: RowProps) {
  const { t } = useLingui();
  return (
    <Stack gap={6}>
      <Group gap="xs" align="baseline">
        <Text fw={600} size="sm">
          {question.text}
        </Text>
        <Text size="xs" c="dimmed">
          <Trans>Weight {question.weight}</Trans>
        </Text>
        {question.fatal && (
          <Tag color="red">
            <Trans>Fatal item</Trans>
          </Tag>
        )}
      </Group>
      {question.guide !== '' && (
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'pre-wrap' }}>
          {question.guide}
        </Text>
      )}
      <Group gap="sm">
        <Points question={question} answer={answer} onChange={onChange} />
        <Place answer={answer} name={question.text} link={link} onChange={onChange} />
      </Group>
      {onChange ? (
        <Textarea
          aria-label={t`Comment on “${question.text}”`}
          placeholder={t`Comment for the agent`}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={2000}
          value={answer.comment}
          onChange={(event) => onChange({ comment: event.currentTarget.value })}
        />
      ) : (
        answer.comment !== '' && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {answer.comment}
          </Text>
        )
      )}
    </Stack>
  );
}

/** The answer in a word: points of the maximum, yes, no, not applicable, or nothing yet. */
export function useAnswerText(): (question: SheetQuestion, answer: SheetAnswer | undefined) => string {
  const { t } = useLingui();
  return (question, answer) => {
    if (answer?.na) return t`N/A`;
    if (answer === undefined || answer.points === null) return '–';
    if (question.kind === 'yesNo') return answer.points > 0 ? t`Yes` : t`No`;
    return `${answer.points} / ${question.max}`;
  };
}

/** Six of them and one more stand in a row on a phone. */
const narrow = () => ({ root: { '--chip-padding': '12px', '--chip-checked-padding': '7px' } });

/** Radio buttons by keyboard, chips to the eye; many points are a number to type. */
function Points({ question, answer, onChange }: Pick<RowProps, 'question' | 'answer' | 'onChange'>) {
  const { t } = useLingui();
  const answerText = useAnswerText();
  if (!onChange) return <Text size="sm">{answerText(question, answer)}</Text>;
  const typed = question.kind === 'scale' && question.max > MOST_CHIPS;
  const values = typed ? [] : question.kind === 'yesNo' ? [1, 0] : Array.from({ length: question.max + 1 }, (_, points) => points);
  const choose = (value: string) => onChange(value === 'na' ? { na: true, points: null } : { na: false, points: Number(value) });
  return (
    <Group gap="xs" role="radiogroup" aria-label={question.text}>
      {typed && (
        <NumberInput
          aria-label={t`Points for “${question.text}”`}
          w={110}
          min={0}
          max={question.max}
          allowDecimal={false}
          suffix={` / ${question.max}`}
          value={answer.points ?? ''}
          onChange={(value) => onChange({ na: false, points: typeof value === 'number' ? value : null })}
        />
      )}
      <Chip.Group value={answer.na ? 'na' : answer.points === null ? null : String(answer.points)} onChange={(value) => choose(String(value))}>
        <Group gap={4}>
          {values.map((points) => (
            <Chip key={points} size="sm" vars={narrow} value={String(points)}>
              {question.kind === 'yesNo' ? (points === 1 ? t`Yes` : t`No`) : points}
            </Chip>
          ))}
          {question.naAllowed && (
            <Chip size="sm" vars={narrow} value="na">
              <Trans>N/A</Trans>
            </Chip>
          )}
        </Group>
      </Chip.Group>
    </Group>
  );
}

/** The place in the recording that an answer is about. */
function Place({ answer, name, link, onChange }: { answer: SheetAnswer; name: string; link: PlayerLink | null; onChange: RowProps['onChange'] }) {
  const { t } = useLingui();
  if (!link) return null;
  if (answer.atMs === null) {
    return onChange ? (
      <Button size="compact-xs" variant="default" leftSection={<IconMapPin size={14} aria-hidden />} aria-label={t`Mark the place in the recording for “${name}”`} onClick={() => onChange({ atMs: Math.round((link.position() ?? 0) * 1000) })}>
        <Trans>Mark the place</Trans>
      </Button>
    ) : null;
  }
  const { atMs } = answer;
  const place = secondsText(atMs / 1000);
  return (
    <Group gap={2} wrap="nowrap">
      <Button size="compact-xs" variant="default" leftSection={<IconMapPin size={14} aria-hidden />} aria-label={t`Go to ${place}`} onClick={() => link.seek(atMs / 1000)}>
        {place}
      </Button>
      {onChange && (
        <Button size="compact-xs" variant="default" aria-label={t`Forget the place for “${name}”`} onClick={() => onChange({ atMs: null })}>
          <IconX size={14} aria-hidden />
        </Button>
      )}
    </Group>
  );
}
