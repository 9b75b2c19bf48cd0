/** Skill name to level 1 .. 5. */
export type Skills = Readonly<Record<string, number>>;
