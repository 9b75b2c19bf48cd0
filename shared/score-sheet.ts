import { z } from 'zod';
import { requiredText, text } from './api/common.ts';

/** Score sheets: what supervisors judge a call by, and how the answers become one figure. The same code runs on both sides. */

const key = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

export const questionSchema = z.strictObject({
  key,
  text: requiredText(300),
  /** What earns how many points. */
  guide: text(2000),
  kind: z.enum(['scale', 'yesNo']),
  /** Points at most; 1 for yes or no. */
  max: z.number().int().min(1).max(100),
  /** Share in the score against the other questions; 0 = it only can be fatal. */
  weight: z.number().int().min(0).max(100),
  /** "Not applicable" may be chosen: the question then weighs nothing. */
  naAllowed: z.boolean(),
  /** 0 points, or a no, spoil the whole call. */
  fatal: z.boolean(),
});

export const sheetDefinitionSchema = z.strictObject({
  sections: z
    .array(z.strictObject({ id: key, title: requiredText(100), questions: z.array(questionSchema).max(30) }))
    .min(1)
    .max(20),
  /** Per cent from which a call passes. */
  passMark: z.number().int().min(0).max(100),
  /** What a failed fatal item makes of the score: nothing, or at most `fatalCap` per cent. It never passes. */
  fatalRule: z.enum(['zero', 'cap']),
  fatalCap: z.number().int().min(0).max(100),
});

/** Points of one question, not applicable, or neither yet; with what the evaluator says about it. */
export const answerSchema = z.strictObject({
  points: z.number().int().min(0).max(100).nullable(),
  na: z.boolean(),
  comment: text(2000),
  /** Place in the recording that shows it, ms. */
  atMs: z.number().int().min(0).nullable(),
});

/** Answers by key of their question. */
export const sheetAnswersSchema = z.record(key, answerSchema);

export type SheetQuestion = z.infer<typeof questionSchema>;
export type SheetDefinition = z.infer<typeof sheetDefinitionSchema>;
export type SheetSection = SheetDefinition['sections'][number];
export type SheetAnswer = z.infer<typeof answerSchema>;
export type SheetAnswers = z.infer<typeof sheetAnswersSchema>;

export const questionsOf = ({ sections }: SheetDefinition): SheetQuestion[] => sections.flatMap(({ questions }) => questions);

/** The points that were given; null where the question is open or not applicable. */
export const pointsOf = (answer: SheetAnswer | undefined): number | null => (answer === undefined || answer.na ? null : answer.points);

const isOpen = (answer: SheetAnswer | undefined): boolean => answer === undefined || (!answer.na && answer.points === null);

export interface Score {
  /** Per cent with two digits, half up; null while nothing that weighs is answered. */
  percent: number | null;
  /** The same without regard to fatal items. */
  rawPercent: number | null;
  /** Null while there is no score. Judged by the rounded figure, which is the one that people see. */
  passed: boolean | null;
  /** Keys of fatal items that failed. */
  failed: string[];
  /** Keys of questions without an answer. */
  open: string[];
  sections: { id: string; percent: number | null }[];
}

/**
 * The score of a sheet: sum of weight x points / maximum over the sum of weights, of the questions that are answered and
 * applicable. So the weight of what is not applicable falls to the others in proportion.
 */
export function scoreOf(definition: SheetDefinition, answers: SheetAnswers): Score {
  const questions = questionsOf(definition);
  const failed = questions.filter(({ key: name, fatal }) => fatal && pointsOf(answers[name]) === 0).map(({ key: name }) => name);
  const rawPercent = percentOf(questions, answers);
  const percent = failed.length === 0 ? rawPercent : spoiled(definition, rawPercent);
  return {
    percent,
    rawPercent,
    passed: percent === null ? null : failed.length === 0 && percent >= definition.passMark,
    failed,
    open: questions.filter(({ key: name }) => isOpen(answers[name])).map(({ key: name }) => name),
    sections: definition.sections.map((section) => ({ id: section.id, percent: percentOf(section.questions, answers) })),
  };
}

/** What a failed fatal item leaves of a score: nothing, whatever else is answered, or the cap. */
function spoiled({ fatalRule, fatalCap }: SheetDefinition, percent: number | null): number | null {
  if (fatalRule === 'zero') return 0;
  return percent === null ? null : Math.min(percent, fatalCap);
}

/** Exact until the last step: fractions over one common denominator. */
function percentOf(questions: readonly SheetQuestion[], answers: SheetAnswers): number | null {
  let earned = 0n;
  let denominator = 1n;
  let weights = 0n;
  for (const { key: name, max, weight } of questions) {
    const points = pointsOf(answers[name]);
    if (points === null || weight === 0) continue;
    earned = earned * BigInt(max) + BigInt(weight) * BigInt(Math.min(points, max)) * denominator;
    denominator *= BigInt(max);
    weights += BigInt(weight);
  }
  if (weights === 0n) return null;
  const whole = denominator * weights;
  return Number((2n * 10_000n * earned + whole) / (2n * whole)) / 100;
}

export interface SheetFault {
  /** Id of the section; empty = the sheet as a whole. */
  section: string;
  fault: 'duplicate_section' | 'duplicate_question' | 'empty_section' | 'no_weight' | 'yes_no_points';
}

/** What keeps a sheet from being used. */
export function sheetFaults(definition: SheetDefinition): SheetFault[] {
  const faults: SheetFault[] = [];
  const sections = new Set<string>();
  const keys = new Set<string>();
  for (const { id, questions } of definition.sections) {
    if (sections.has(id)) faults.push({ section: id, fault: 'duplicate_section' });
    sections.add(id);
    if (questions.length === 0) faults.push({ section: id, fault: 'empty_section' });
    for (const question of questions) {
      if (keys.has(question.key)) faults.push({ section: id, fault: 'duplicate_question' });
      keys.add(question.key);
      if (question.kind === 'yesNo' && question.max !== 1) faults.push({ section: id, fault: 'yes_no_points' });
    }
  }
  if (questionsOf(definition).every(({ weight }) => weight === 0)) faults.push({ section: '', fault: 'no_weight' });
  return faults;
}

export interface AnswerFault {
  key: string;
  fault: 'no_such_question' | 'too_many_points' | 'always_applicable';
}

/** Answers that the sheet does not know, or does not allow. */
export function answerFaults(definition: SheetDefinition, answers: SheetAnswers): AnswerFault[] {
  const questions = new Map(questionsOf(definition).map((question) => [question.key, question]));
  return Object.entries(answers).flatMap(([name, { points, na }]): AnswerFault[] => {
    const question = questions.get(name);
    if (!question) return [{ key: name, fault: 'no_such_question' }];
    if (na && !question.naAllowed) return [{ key: name, fault: 'always_applicable' }];
    return (points ?? 0) > question.max ? [{ key: name, fault: 'too_many_points' }] : [];
  });
}
