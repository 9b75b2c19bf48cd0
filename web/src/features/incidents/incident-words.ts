import { useLingui } from '@lingui/react/macro';
import type { Incident } from '../../../../shared/api/incidents.ts';

/** Kinds of abusive conduct in words. */
export function useCategoryWords(): Readonly<Record<Incident['category'], string>> {
  const { t } = useLingui();
  return {
    unsorted: t`Not sorted yet`,
    abuse: t`Verbal abuse`,
    threat: t`Threat`,
    demand: t`Unreasonable demand`,
    repetition: t`Repeated calls`,
    long_hold: t`Holding the agent for long`,
    sexual: t`Sexual remarks`,
    other: t`Other conduct`,
  };
}
