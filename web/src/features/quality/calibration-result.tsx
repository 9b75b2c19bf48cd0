import { Card, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsSplit } from '@tabler/icons-react';
import type { CalibrationDetail } from '../../../../shared/api/calibrations.ts';
import { spreadOf } from '../../../../shared/calibration.ts';
import { questionsOf } from '../../../../shared/score-sheet.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { useAnswerText } from './score-form.tsx';
import { percentText } from './score-tags.tsx';

/** A spread from here on is worth a talk, percentage points. */
const WIDE = 20;

const points = (value: number | null): string => (value === null ? '–' : value.toFixed(1));
const signed = (value: number | null): string => (value === null ? '–' : `${value > 0 ? '+' : value < 0 ? '−' : '±'}${Math.abs(value).toFixed(1)}`);

/** Every question with everybody's answer, the reference and the spread; what everybody wrote below. */
export function CalibrationResult({ item }: { item: CalibrationDetail }) {
  const spread = spreadOf(item.definition, item.raters, item.referenceId);
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {item.referenceId === null ? (
          <Trans>Spread: mean absolute deviation from the mean of all, in percentage points.</Trans>
        ) : (
          <Trans>Spread: mean absolute deviation of the others from the reference, in percentage points.</Trans>
        )}
      </Text>
      <SpreadTable item={item} spread={spread} />
      <Comments item={item} />
    </Stack>
  );
}

function SpreadTable({ item, spread }: { item: CalibrationDetail; spread: ReturnType<typeof spreadOf> }) {
  const answerText = useAnswerText();
  const questions = questionsOf(item.definition);
  return (
    <TableFrame minWidth={320 + item.raters.length * 120}>
      <Table className="scc-digits" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Question</Trans>
            </Table.Th>
            {item.raters.map(({ userId, name }) => (
              <Table.Th key={userId} ta="right">
                {name}
                {userId === item.referenceId && (
                  <Text size="xs" c="dimmed">
                    <Trans>Reference</Trans>
                  </Text>
                )}
              </Table.Th>
            ))}
            {item.referenceId === null && (
              <Table.Th ta="right">
                <Trans>Mean</Trans>
              </Table.Th>
            )}
            <Table.Th ta="right">
              <Trans>Spread</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {spread.questions.map(({ key, reference, deviation, split }, index) => {
            const question = questions[index];
            return (
              <Table.Tr key={key}>
                <Table.Td>
                  {question?.text}{' '}
                  {split && (
                    <Tag color="orange" icon={IconArrowsSplit}>
                      <Trans>Applicable or not</Trans>
                    </Tag>
                  )}
                </Table.Td>
                {item.raters.map(({ userId, answers }) => (
                  <Table.Td key={userId} ta="right">
                    {question && answerText(question, answers[key])}
                  </Table.Td>
                ))}
                {item.referenceId === null && <Table.Td ta="right">{percentText(reference)}</Table.Td>}
                <SpreadCell deviation={deviation} />
              </Table.Tr>
            );
          })}
        </Table.Tbody>
        <Table.Tfoot>
          <Totals item={item} spread={spread} />
        </Table.Tfoot>
      </Table>
    </TableFrame>
  );
}

/** The figure carries the meaning; the weight only repeats it. */
function SpreadCell({ deviation }: { deviation: number | null }) {
  const wide = deviation !== null && deviation >= WIDE;
  return (
    <Table.Td ta="right">
      <Text span size="sm" fw={wide ? 700 : 400} c={wide ? 'orange.9' : 'gray.9'}>
        {points(deviation)}
      </Text>
    </Table.Td>
  );
}

function Totals({ item, spread }: { item: CalibrationDetail; spread: ReturnType<typeof spreadOf> }) {
  const { t } = useLingui();
  const withMean = item.referenceId === null;
  return (
    <>
      <Table.Tr>
        <Table.Th scope="row">
          <Trans>Score</Trans>
        </Table.Th>
        {spread.total.percents.map((percent, index) => (
          <Table.Td key={item.raters[index]?.userId ?? index} ta="right">
            {percentText(percent)}
          </Table.Td>
        ))}
        {withMean && <Table.Td ta="right">{percentText(spread.total.reference)}</Table.Td>}
        <SpreadCell deviation={spread.total.deviation} />
      </Table.Tr>
      {[
        { head: t`Difference of the score`, of: (rater: (typeof spread.raters)[number]) => signed(rater.bias) },
        { head: t`Mean deviation over the questions`, of: (rater: (typeof spread.raters)[number]) => points(rater.deviation) },
      ].map(({ head, of }) => (
        <Table.Tr key={head}>
          <Table.Th scope="row">{head}</Table.Th>
          {spread.raters.map((rater) => (
            <Table.Td key={rater.userId} ta="right">
              {of(rater)}
            </Table.Td>
          ))}
          <Table.Td colSpan={withMean ? 2 : 1} />
        </Table.Tr>
      ))}
    </>
  );
}

/** What the evaluators wrote, question by question. */
function Comments({ item }: { item: CalibrationDetail }) {
  const { t } = useLingui();
  const blocks = [
    ...questionsOf(item.definition).map(({ key, text }) => ({ key, head: text, said: item.raters.map(({ userId, name, answers }) => ({ userId, name, text: answers[key]?.comment ?? '' })) })),
    { key: '', head: t`On the call as a whole`, said: item.raters.map(({ userId, name, comment }) => ({ userId, name, text: comment })) },
  ].flatMap((block) => {
    const said = block.said.filter(({ text }) => text !== '');
    return said.length > 0 ? [{ ...block, said }] : [];
  });
  if (blocks.length === 0) return null;
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Comments</Trans>
        </Title>
        {blocks.map(({ key, head, said }) => (
          <Stack key={key} gap={2}>
            <Text size="sm" fw={600}>
              {head}
            </Text>
            {said.map(({ userId, name, text }) => (
              <Text key={userId} size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {name}: {text}
              </Text>
            ))}
          </Stack>
        ))}
      </Stack>
    </Card>
  );
}
