import { Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { TwoTexts } from '../../../../shared/two-texts.ts';
import { wordsIn } from '../../lib/both-languages.ts';

/** Head of a column; its formula is told on hover, focus and touch. */
export function MetricHead({ metric }: { metric: { label: TwoTexts; formula: TwoTexts } }) {
  const { i18n } = useLingui();
  const [name, formula] = [wordsIn(i18n.locale, metric.label), wordsIn(i18n.locale, metric.formula)];
  return (
    <Tooltip label={formula} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton aria-label={`${name}: ${formula}`}>
        <Text span size="sm" fw={600}>
          {name.replace(/\s*\(.*\)$/, '')}
        </Text>
      </UnstyledButton>
    </Tooltip>
  );
}
