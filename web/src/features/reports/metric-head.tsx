import { Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { TwoTexts } from '../../../../shared/metrics/call-report.ts';
import { wordsIn } from '../../lib/both-languages.ts';

/** Head of a column; its formula is told on hover, focus and touch. */
export function MetricHead({ metric }: { metric: { label: TwoTexts; formula: string } }) {
  const { i18n } = useLingui();
  const name = wordsIn(i18n.locale, metric.label);
  return (
    <Tooltip label={metric.formula} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton aria-label={`${name}: ${metric.formula}`}>
        <Text span size="sm" fw={600}>
          {name.replace(/\s*\(.*\)$/, '')}
        </Text>
      </UnstyledButton>
    </Tooltip>
  );
}
