import { Anchor } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { MetricUnit } from '../../../../shared/metrics/call-report.ts';
import type { TwoTexts } from '../../../../shared/two-texts.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { figureText } from '../../records/figure-text.ts';

interface Props {
  metric: { label: TwoTexts; unit: MetricUnit };
  value: number | null | undefined;
  /** Whose figure it is, where the lines are people. */
  who?: string;
  /** Opens what the figure is made of. */
  onAsk: (title: string) => void;
}

/** A figure that leads to what it is made of; nothing is behind a zero. */
export function FigureButton({ metric, value, who, onAsk }: Props) {
  const { i18n, t } = useLingui();
  const shown = figureText(value, metric.unit);
  if (value === null || value === undefined || value === 0) return <>{shown}</>;
  const label = wordsIn(i18n.locale, metric.label);
  const name = who === undefined ? label : `${who} ${label}`;
  return (
    <Anchor component="button" type="button" fz="inherit" c="inherit" underline="hover" aria-label={t`${name}: ${shown}, show the calls`} onClick={() => onAsk(`${name}: ${shown}`)}>
      {shown}
    </Anchor>
  );
}
