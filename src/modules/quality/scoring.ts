import { answerFaults, scoreOf, type SheetAnswers, type SheetDefinition } from '../../../shared/score-sheet.ts';
import { conflict, invalid } from '../../lib/errors.ts';

/** What an evaluator gave: answers, and a comment on the call as a whole. */
export interface Scoring {
  answers: SheetAnswers;
  comment: string;
}

/** A score as columns hold it. */
export interface ScoreColumns {
  /** Hundredths of a per cent. */
  score: number | null;
  passed: boolean | null;
  fatal: boolean;
}

/** A score of which nothing is missing. */
export interface WholeScore extends ScoreColumns {
  score: number;
  passed: boolean;
}

/** @throws AppError `invalid` when the answers do not fit the sheet */
export function scoreColumns(definition: SheetDefinition, answers: SheetAnswers): ScoreColumns {
  const faults = answerFaults(definition, answers);
  if (faults.length > 0) throw invalid('The answers do not fit the sheet.', { errors: faults.map(({ key, fault }) => ({ path: `body.answers.${key}`, message: fault })) });
  const { percent, passed, failed } = scoreOf(definition, answers);
  return { score: percent === null ? null : Math.round(percent * 100), passed, fatal: failed.length > 0 };
}

/** The same, of a sheet that is filled in. @throws AppError `invalid`, `scores_missing` */
export function wholeScore(definition: SheetDefinition, answers: SheetAnswers): WholeScore {
  const { score, passed, fatal } = scoreColumns(definition, answers);
  if (score === null || passed === null || scoreOf(definition, answers).open.length > 0) throw conflict('scores_missing', 'Some questions are not answered, or none counts.');
  return { score, passed, fatal };
}

/** Columns as the API shows them. */
export const scoreView = ({ score, passed, fatal }: ScoreColumns) => ({ percent: score === null ? null : score / 100, passed, fatal });
