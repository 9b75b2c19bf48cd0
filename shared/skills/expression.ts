/**
 * Skill expressions: `ja >= 3 AND (en >= 2 OR zh) AND NOT trainee`. A name alone asks for level 1 or more. NOT binds tighter
 * than AND, AND tighter than OR. Words in any case; `&`, `|` and `!` mean the same.
 */
export type SkillExpression =
  | { skill: string; min: number }
  | { all: readonly SkillExpression[] }
  | { any: readonly SkillExpression[] }
  | { not: SkillExpression };

/** What is wrong with an expression, and where, as an offset into the text. */
export interface SkillFault {
  code: 'empty' | 'unexpected' | 'unclosed' | 'level' | 'tooLong' | 'tooDeep';
  at: number;
}

export type ParsedSkills = { expression: SkillExpression } | { fault: SkillFault };

/** Longest expression that is read, in UTF-16 units. */
export const LONGEST_EXPRESSION = 500;
const DEEPEST = 12;

const TOKEN = /\s*(?:(and|or|not)(?![a-z0-9_-])|([a-z0-9][a-z0-9_-]{0,49})|(>=|≥)\s*(\d+)|([()&|!]))/iy;

type Token = { kind: 'and' | 'or' | 'not' | '(' | ')' | 'end'; at: number } | { kind: 'name'; name: string; at: number } | { kind: 'min'; level: number; at: number };

const SIGNS: Readonly<Record<string, 'and' | 'or' | 'not' | '(' | ')'>> = { '&': 'and', '|': 'or', '!': 'not', '(': '(', ')': ')' };

class Fault extends Error {
  readonly fault: SkillFault;
  constructor(code: SkillFault['code'], at: number) {
    super(code);
    this.fault = { code, at };
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const begin = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
    if (!found) throw new Fault('unexpected', begin);
    const [, word, name, operator, level, sign] = found;
    if (word) tokens.push({ kind: word.toLowerCase() as 'and' | 'or' | 'not', at: begin });
    else if (name) tokens.push({ kind: 'name', name: name.toLowerCase(), at: begin });
    else if (operator) tokens.push({ kind: 'min', level: Number(level), at: begin });
    else tokens.push({ kind: SIGNS[sign ?? ''] ?? '(', at: begin });
    at = TOKEN.lastIndex;
  }
  return [...tokens, { kind: 'end', at: text.length }];
}

class Reader {
  readonly #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  read(): SkillExpression {
    const expression = this.#either(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw new Fault('unexpected', rest.at);
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(kind: Token['kind']): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#next += 1;
    return true;
  }

  #either(depth: number): SkillExpression {
    const parts = [this.#both(depth)];
    while (this.#take('or')) parts.push(this.#both(depth));
    return parts.length === 1 ? (parts[0] as SkillExpression) : { any: parts };
  }

  #both(depth: number): SkillExpression {
    const parts = [this.#one(depth)];
    while (this.#take('and')) parts.push(this.#one(depth));
    return parts.length === 1 ? (parts[0] as SkillExpression) : { all: parts };
  }

  #one(depth: number): SkillExpression {
    const token = this.#peek();
    if (depth > DEEPEST) throw new Fault('tooDeep', token.at);
    if (this.#take('not')) return { not: this.#one(depth + 1) };
    if (this.#take('(')) {
      const inner = this.#either(depth + 1);
      if (!this.#take(')')) throw new Fault(this.#peek().kind === 'end' ? 'unclosed' : 'unexpected', this.#peek().at);
      return inner;
    }
    if (token.kind !== 'name') throw new Fault('unexpected', token.at);
    this.#next += 1;
    return { skill: token.name, min: this.#level() };
  }

  #level(): number {
    const token = this.#peek();
    if (token.kind !== 'min') return 1;
    if (token.level < 1 || token.level > 5) throw new Fault('level', token.at);
    this.#next += 1;
    return token.level;
  }
}

/** Reads an expression; a fault says what is wrong and where. */
export function parseSkills(text: string): ParsedSkills {
  if (text.length > LONGEST_EXPRESSION) return { fault: { code: 'tooLong', at: LONGEST_EXPRESSION } };
  if (text.trim() === '') return { fault: { code: 'empty', at: 0 } };
  try {
    return { expression: new Reader(tokensOf(text)).read() };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.fault };
    throw error;
  }
}

/** The expression as text, with as few brackets as its meaning needs. */
export function formatSkills(expression: SkillExpression, inside: 'any' | 'all' | 'not' | null = null): string {
  if ('skill' in expression) return expression.min === 1 ? expression.skill : `${expression.skill} >= ${expression.min}`;
  if ('not' in expression) return `NOT ${formatSkills(expression.not, 'not')}`;
  const isAny = 'any' in expression;
  const parts = isAny ? expression.any : expression.all;
  const text = parts.map((part) => formatSkills(part, isAny ? 'any' : 'all')).join(isAny ? ' OR ' : ' AND ');
  return inside === 'not' || (inside === 'all' && isAny) ? `(${text})` : text;
}

/** An agent's level of a skill; 0 when there is none. A name such as `constructor` must not find what every object inherits. */
export const levelOf = (skills: Readonly<Record<string, number>>, skill: string): number => (Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0);

/** @param down levels by which every minimum is lowered, though never below 1; what is excluded stays excluded */
export function fulfils(skills: Readonly<Record<string, number>>, expression: SkillExpression, down = 0): boolean {
  if ('skill' in expression) return levelOf(skills, expression.skill) >= Math.max(1, expression.min - down);
  if ('not' in expression) return !fulfils(skills, expression.not);
  if ('all' in expression) return expression.all.every((part) => fulfils(skills, part, down));
  return expression.any.some((part) => fulfils(skills, part, down));
}

/** Skills that the expression asks for, those under NOT left out. */
export function namedSkills(expression: SkillExpression): string[] {
  if ('skill' in expression) return [expression.skill];
  if ('not' in expression) return [];
  return ('all' in expression ? expression.all : expression.any).flatMap(namedSkills);
}
