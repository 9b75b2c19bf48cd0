import { pointsOf, questionsOf, scoreOf, type SheetAnswers, type SheetDefinition } from './score-sheet.ts';

/** How far evaluators of the same call lie apart, in percentage points. Pure; the same code for screen and tests. */

export interface Rater {
  userId: string;
  answers: SheetAnswers;
}

interface Measured {
  /** Per cent of each rater, in their order; null = not applicable, or no answer. */
  percents: (number | null)[];
  /** What the others are held against: the reference rater's, else the mean. */
  reference: number | null;
  /** Mean absolute deviation from the reference; a reference rater is not counted against themselves. */
  deviation: number | null;
}

export interface Spread {
  questions: (Measured & { key: string; /** Some found it applicable, some not. */ split: boolean })[];
  /** Of the scores as a whole, after fatal items. */
  total: Measured;
  raters: {
    userId: string;
    /** Score minus reference: above 0 is more generous. */
    bias: number | null;
    /** Mean absolute deviation over the questions. */
    deviation: number | null;
  }[];
}

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** @param at place of the reference rater; -1 = the mean of all is the reference */
function measured(percents: (number | null)[], at: number): Measured {
  const reference = at < 0 ? mean(known(percents)) : (percents[at] ?? null);
  const compared = known(percents.filter((_, index) => index !== at));
  return { percents, reference, deviation: reference === null ? null : mean(compared.map((percent) => Math.abs(percent - reference))) };
}

/**
 * Compares raters of one call with one sheet.
 * @param referenceId rater whose answers are the reference; null = the mean of all is
 */
export function spreadOf(definition: SheetDefinition, raters: readonly Rater[], referenceId: string | null): Spread {
  const at = raters.findIndex(({ userId }) => userId === referenceId);
  const questions = questionsOf(definition).map(({ key, max }) => {
    const percents = raters.map(({ answers }) => {
      const points = pointsOf(answers[key]);
      return points === null ? null : (points / max) * 100;
    });
    return { key, ...measured(percents, at), split: percents.includes(null) && known(percents).length > 0 };
  });
  const total = measured(raters.map(({ answers }) => scoreOf(definition, answers).percent), at);
  return { questions, total, raters: raters.map(({ userId }, index) => ({ userId, ...raterFigures(questions, total, index) })) };
}

function raterFigures(questions: readonly Measured[], total: Measured, index: number): { bias: number | null; deviation: number | null } {
  const off = ({ percents, reference }: Measured): number | null => {
    const percent = percents[index] ?? null;
    return percent === null || reference === null ? null : percent - reference;
  };
  return { bias: off(total), deviation: mean(known(questions.map(off)).map(Math.abs)) };
}
