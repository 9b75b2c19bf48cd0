import { formatSkills, fulfils, levelOf, namedSkills } from '../../shared/skills/expression.ts';
import type { Demand } from './model.ts';
import type { Skills } from './types.ts';

/** The higher level of each skill of both. */
export function mergeSkills(queue: Skills, call: Skills): Skills {
  const merged = new Map(Object.entries(queue));
  for (const [skill, level] of Object.entries(call)) merged.set(skill, Math.max(merged.get(skill) ?? 0, level));
  return Object.fromEntries(merged);
}

/** Requirements in a fixed order; levels below 1 demand nothing. */
export const sortedSkills = (skills: Skills): [string, number][] =>
  Object.entries(skills)
    .filter(([, level]) => level >= 1)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** True when every skill demanded is there at its level or above, and the expression is fulfilled. */
export function hasSkills(skills: Skills, { required, expression, levelsDown }: Demand): boolean {
  for (const [skill, level] of required) {
    if (levelOf(skills, skill) < (levelsDown > 0 ? Math.max(1, level - levelsDown) : level)) return false;
  }
  return expression === null || fulfils(skills, expression, levelsDown);
}

/** Mean level of the skills that are asked for: what "best available" compares. 0 when none is. */
export function proficiency(skills: Skills, { required, expression }: Demand): number {
  const named = new Set([...required.map(([skill]) => skill), ...(expression ? namedSkills(expression) : [])]);
  if (named.size === 0) return 0;
  let sum = 0;
  for (const skill of named) sum += levelOf(skills, skill);
  return sum / named.size;
}

/** Equal for equal demands, whatever the order in which they were written. */
export function demandKey({ required, expression, levelsDown }: Demand): string {
  if (expression === null && levelsDown === 0) return required.length === 0 ? '' : JSON.stringify(required);
  return JSON.stringify([required, expression && formatSkills(expression), levelsDown]);
}
