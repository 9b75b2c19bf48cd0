import type { Lane } from './model.ts';
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

/** True when every required skill is there at its level or above. */
export function hasSkills(skills: Skills, required: Lane['required']): boolean {
  for (const [skill, level] of required) {
    // A name such as `constructor` must not find what every object inherits.
    const own = Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0;
    if (own < level) return false;
  }
  return true;
}

/** Equal for equal requirements, whatever the order in which they were written. */
export function laneKeyOf(required: Skills): string {
  const sorted = sortedSkills(required);
  return sorted.length === 0 ? '' : JSON.stringify(sorted);
}
