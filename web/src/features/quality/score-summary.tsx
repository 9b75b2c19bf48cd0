import { Card, Group, Progress, Stack, Text } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { questionsOf, type Score, type SheetDefinition } from '../../../../shared/score-sheet.ts';
import { percentText, ResultTags } from './score-tags.tsx';

/** The figure, its verdict, and why a fatal item changed it; follows every answer. */
export function ScoreSummary({ definition, score }: { definition: SheetDefinition; score: Score }) {
  const { t } = useLingui();
  const failed = questionsOf(definition).filter(({ key }) => score.failed.includes(key));
  return (
    <Card withBorder padding="md" role="status" aria-label={t`Score`}>
      <Stack gap="xs">
        <Group justify="space-between" align="baseline">
          <Text size="xl" fw={700} className="scc-digits">
            {percentText(score.percent)}
          </Text>
          <ResultTags passed={score.passed} fatal={score.failed.length > 0} />
        </Group>
        <Progress value={score.percent ?? 0} aria-label={t`Score`} color={score.passed === false ? 'orange' : 'teal'} />
        <Text size="sm" c="dimmed">
          <Trans>Passes from {definition.passMark}%</Trans>
        </Text>
        {failed.length > 0 && score.rawPercent !== null && (
          <Text size="sm" c="red.8">
            {definition.fatalRule === 'zero' ? (
              <Trans>A fatal item failed, so the score is 0. Without it: {percentText(score.rawPercent)}</Trans>
            ) : (
              <Trans>
                A fatal item failed, so the score is at most {definition.fatalCap}%. Without it: {percentText(score.rawPercent)}
              </Trans>
            )}
          </Text>
        )}
        {failed.map(({ key, text }) => (
          <Text key={key} size="sm" c="red.8">
            ・{text}
          </Text>
        ))}
        {score.open.length > 0 && (
          <Text size="sm">
            <Plural value={score.open.length} one="# question is not answered yet" other="# questions are not answered yet" />
          </Text>
        )}
      </Stack>
    </Card>
  );
}
