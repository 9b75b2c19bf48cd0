import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSkills, fulfils, namedSkills, parseSkills, type SkillExpression } from './expression.ts';

const read = (text: string): SkillExpression => {
  const parsed = parseSkills(text);
  if ('fault' in parsed) throw new Error(`${parsed.fault.code} at ${parsed.fault.at}`);
  return parsed.expression;
};

const leaf = fc.record({ skill: fc.constantFrom('ja', 'en', 'tech', 'and-more'), min: fc.integer({ min: 1, max: 5 }) });
const { tree } = fc.letrec<{ tree: SkillExpression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ not: tie('tree') }),
    fc.record({ all: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
  ),
}));

describe('skill expressions', () => {
  it('bind NOT before AND before OR', () => {
    expect(read('ja>=3 AND en OR NOT zh >= 2')).toEqual({
      any: [{ all: [{ skill: 'ja', min: 3 }, { skill: 'en', min: 1 }] }, { not: { skill: 'zh', min: 2 } }],
    });
    expect(read('ja and (en | zh) & !trainee')).toEqual({
      all: [{ skill: 'ja', min: 1 }, { any: [{ skill: 'en', min: 1 }, { skill: 'zh', min: 1 }] }, { not: { skill: 'trainee', min: 1 } }],
    });
  });

  it.each([
    ['', 'empty', 0],
    ['ja AND', 'unexpected', 6],
    ['(ja OR en', 'unclosed', 9],
    ['ja >= 6', 'level', 3],
    ['ja >= 0', 'level', 3],
    ['ja en', 'unexpected', 3],
    ['ja ? en', 'unexpected', 3],
    ['ja)', 'unexpected', 2],
    [`${'('.repeat(20)}ja${')'.repeat(20)}`, 'tooDeep', 13],
    ['a'.repeat(600), 'tooLong', 500],
  ])('say what is wrong with %j', (text, code, at) => {
    expect(parseSkills(text)).toEqual({ fault: { code, at } });
  });

  it('are fulfilled by levels, and lowered but never to nothing', () => {
    const expression = read('ja >= 3 AND NOT trainee >= 2');
    expect(fulfils({ ja: 3 }, expression)).toBe(true);
    expect(fulfils({ ja: 2 }, expression)).toBe(false);
    expect(fulfils({ ja: 2 }, expression, 1)).toBe(true);
    expect(fulfils({}, expression, 4)).toBe(false);
    expect(fulfils({ ja: 5, trainee: 2 }, expression, 4)).toBe(false);
    expect(fulfils({}, read('constructor'))).toBe(false);
    expect(namedSkills(expression)).toEqual(['ja']);
  });

  it('mean the same after they were written down and read again', () => {
    const skills = fc.dictionary(fc.constantFrom('ja', 'en', 'tech', 'and-more'), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(tree, skills, (expression, levels) => {
        const parsed = parseSkills(formatSkills(expression));
        if ('fault' in parsed) return parsed.fault.code === 'tooLong' || parsed.fault.code === 'tooDeep';
        return fulfils(levels, parsed.expression) === fulfils(levels, expression);
      }),
    );
  });
});
