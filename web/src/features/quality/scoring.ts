import type { SheetAnswers } from '../../../../shared/score-sheet.ts';

/** What an evaluator gives: answers, and a comment on the call as a whole. */
export interface Scoring {
  answers: SheetAnswers;
  comment: string;
}
