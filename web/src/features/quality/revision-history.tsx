import { Card, Stack, Table, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { EvaluationDetail } from '../../../../shared/api/evaluations.ts';
import { questionsOf } from '../../../../shared/score-sheet.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { useAnswerText } from './score-form.tsx';
import { percentText } from './score-tags.tsx';

/** Every published set of scores side by side; only questions that changed are listed. */
export function RevisionHistory({ item: { definition, revisions } }: { item: EvaluationDetail }) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  const answerText = useAnswerText();
  if (revisions.length < 2) return null;
  const lines = questionsOf(definition).map((question) => ({ question, texts: revisions.map(({ answers }) => answerText(question, answers[question.key])) }));
  const changed = lines.filter(({ texts }) => new Set(texts).size > 1);
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <Title order={2} size="h4">
          <Trans>History of the scores</Trans>
        </Title>
        <Table.ScrollContainer minWidth={360}>
          <Table fz="sm" verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th />
                {revisions.map(({ revision, at, by }) => (
                  <Table.Th key={revision} ta="right">
                    <Text size="sm" fw={600}>
                      <Trans>Scores {revision}</Trans>
                    </Text>
                    <Text size="xs" c="dimmed">
                      {formatDateTime(at, i18n.locale)}
                      <br />
                      {actorName(by)}
                    </Text>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              <Table.Tr>
                <Table.Th scope="row">
                  <Trans>Score</Trans>
                </Table.Th>
                {revisions.map(({ revision, percent }) => (
                  <Table.Td key={revision} ta="right">
                    {percentText(percent)}
                  </Table.Td>
                ))}
              </Table.Tr>
              {changed.map(({ question, texts }) => (
                <Table.Tr key={question.key}>
                  <Table.Td>{question.text}</Table.Td>
                  {texts.map((text, index) => (
                    <Table.Td key={index} ta="right">
                      {text}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Stack>
    </Card>
  );
}
