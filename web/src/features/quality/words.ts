import { useLingui } from '@lingui/react/macro';
import type { EvaluationState } from '../../../../shared/api/evaluations.ts';
import type { SheetFault } from '../../../../shared/score-sheet.ts';

/** Faults of a score sheet in words. */
export function useSheetFaultWords(): Readonly<Record<SheetFault['fault'], string>> {
  const { t } = useLingui();
  return {
    duplicate_section: t`Two sections have the same key.`,
    duplicate_question: t`Two questions have the same key.`,
    empty_section: t`The section has no question.`,
    no_weight: t`No question has a weight.`,
    yes_no_points: t`A yes or no earns exactly one point.`,
  };
}

/** States of an evaluation in words. */
export function useStateWords(): Readonly<Record<EvaluationState, string>> {
  const { t } = useLingui();
  return {
    draft: t`Draft`,
    published: t`Not acknowledged yet`,
    acknowledged: t`Acknowledged`,
    appealed: t`Appealed`,
    upheld: t`Upheld`,
    revised: t`Revised`,
  };
}
