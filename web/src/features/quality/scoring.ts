import type { SheetAnswer, SheetAnswers } from '../../../../shared/score-sheet.ts';

/** What an evaluator gives: answers, and a comment on the call as a whole. */
export interface Scoring {
  answers: SheetAnswers;
  comment: string;
}

const trimmed = (answer: SheetAnswer): SheetAnswer => ({ ...answer, comment: answer.comment.trim() });

/** What is sent of a form: as the server keeps it. */
export const sentScoring = ({ answers, comment }: Scoring): Scoring => ({
  answers: Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, trimmed(answer)])),
  comment: comment.trim(),
});
