import { z } from 'zod';
import { requiredText, text } from './api/common.ts';

/** Guided scripts: steps with what to say, fields to fill in, and where the answers lead. The same code runs on both sides. */

const key = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

export const scriptFieldSchema = z.strictObject({
  key,
  label: requiredText(100),
  /** card: the recording pauses while it has the focus, and only the last four digits are kept. */
  kind: z.enum(['text', 'longText', 'choice', 'number', 'date', 'check', 'card']),
  required: z.boolean(),
  /** Of a choice; empty for every other kind. */
  choices: z.array(requiredText(100)).max(30),
});

export const scriptStepSchema = z.strictObject({
  id: key,
  title: requiredText(100),
  /** What the agent says. */
  say: text(5000),
  fields: z.array(scriptFieldSchema).max(20),
  /** The first that fits leads on; a check is "yes" or "no". */
  branches: z.array(z.strictObject({ field: key, equals: text(100), to: key })).max(20),
  /** Where no branch fits; null ends the script. */
  next: key.nullable(),
});

export const scriptDefinitionSchema = z.strictObject({ steps: z.array(scriptStepSchema).min(1).max(60) });

/** Answers by key of their field. */
export const scriptAnswersSchema = z.record(key, text(5000));

export type ScriptField = z.infer<typeof scriptFieldSchema>;
export type ScriptStep = z.infer<typeof scriptStepSchema>;
export type ScriptDefinition = z.infer<typeof scriptDefinitionSchema>;
export type ScriptAnswers = z.infer<typeof scriptAnswersSchema>;

export const stepOf = (definition: ScriptDefinition, id: string | null): ScriptStep | null => definition.steps.find((step) => step.id === id) ?? null;

/** Where the answers lead from this step; null = the end. */
export function nextStepId(step: ScriptStep, answers: ScriptAnswers): string | null {
  return step.branches.find(({ field, equals }) => (answers[field] ?? '') === equals)?.to ?? step.next;
}

/** Labels of required fields of the step that have no answer. */
export const missingIn = (step: ScriptStep, answers: ScriptAnswers): string[] =>
  step.fields.filter((field) => field.required && (answers[field.key] ?? '').trim() === '').map(({ label }) => label);

/** The steps that these answers walk through, from the first; ends at a circle. */
export function pathThrough(definition: ScriptDefinition, answers: ScriptAnswers): ScriptStep[] {
  const path: ScriptStep[] = [];
  for (let step = definition.steps[0] ?? null; step && !path.includes(step); step = stepOf(definition, nextStepId(step, answers))) path.push(step);
  return path;
}

/** What is kept of a card number: its last four digits. */
export const maskedCard = (typed: string): string => {
  const digits = typed.normalize('NFKC').replace(/\D/g, '');
  return digits === '' ? '' : `**** ${digits.slice(-4)}`;
};

/** "Label: answer" of every answered field on the way, in order. */
export function answersAsText(definition: ScriptDefinition, answers: ScriptAnswers): string {
  const lines = pathThrough(definition, answers).flatMap(({ fields }) => fields.flatMap(({ key: name, label }) => (answers[name] ? [`${label}: ${answers[name]}`] : [])));
  return [...new Set(lines)].join('\n');
}

export interface ScriptFault {
  step: string;
  fault: 'duplicate_step' | 'duplicate_field' | 'unknown_step' | 'unknown_field' | 'no_choices' | 'unknown_choice' | 'unreachable';
}

/** What keeps a script from being used. */
export function faultsOf({ steps }: ScriptDefinition): ScriptFault[] {
  const ids = steps.map(({ id }) => id);
  const fields = new Map(steps.flatMap((step) => step.fields.map((field) => [field.key, field] as const)));
  const faults: ScriptFault[] = [];
  const keys = new Set<string>();
  const reached = new Set([ids[0]]);
  for (const step of steps) for (const to of [step.next, ...step.branches.map((branch) => branch.to)]) if (to !== null) reached.add(to);
  for (const [index, step] of steps.entries()) {
    const add = (fault: ScriptFault['fault']): number => faults.push({ step: step.id, fault });
    if (ids.indexOf(step.id) !== index) add('duplicate_step');
    if (!reached.has(step.id)) add('unreachable');
    for (const field of step.fields) {
      if (keys.has(field.key)) add('duplicate_field');
      keys.add(field.key);
      if (field.kind === 'choice' && field.choices.length === 0) add('no_choices');
    }
    if (step.next !== null && !ids.includes(step.next)) add('unknown_step');
    for (const { field, equals, to } of step.branches) {
      if (!ids.includes(to)) add('unknown_step');
      const asked = fields.get(field);
      if (!asked) add('unknown_field');
      else if ((asked.kind === 'choice' && !asked.choices.includes(equals)) || (asked.kind === 'check' && equals !== 'yes' && equals !== 'no')) add('unknown_choice');
    }
  }
  return faults;
}
