import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadOf, type Rater } from './calibration.ts';
import type { SheetDefinition, SheetQuestion } from './score-sheet.ts';

const question = (key: string, part: Partial<SheetQuestion> = {}): SheetQuestion => ({ key, text: key, guide: '', kind: 'scale', max: 4, weight: 1, naAllowed: true, fatal: false, ...part });
const SHEET: SheetDefinition = { sections: [{ id: 'all', title: '', questions: [question('a'), question('b', { max: 10, weight: 3 })] }], passMark: 80, fatalRule: 'zero', fatalCap: 0 };
const rater = (userId: string, a: number | null, b: number | null): Rater => ({
  userId,
  answers: Object.fromEntries([['a', a], ['b', b]].map(([key, points]) => [key, { points: points as number | null, na: points === null, comment: '', atMs: null }])),
});

describe('the spread of evaluators', () => {
  const three = [rater('x', 4, 10), rater('y', 2, 5), rater('z', 3, 6)];

  it('is measured against the mean of all', () => {
    const { questions, total, raters } = spreadOf(SHEET, three, null);
    expect(questions[0]).toEqual({ key: 'a', percents: [100, 50, 75], reference: 75, deviation: 50 / 3, split: false });
    expect(questions[1]).toMatchObject({ percents: [100, 50, 60], reference: 70, deviation: 20 });
    // 100, (50 + 3 x 50) / 4 = 50, (75 + 3 x 60) / 4 = 63.75
    expect(total).toMatchObject({ percents: [100, 50, 63.75], reference: 71.25 });
    expect(raters.map(({ bias }) => bias)).toEqual([28.75, -21.25, -7.5]);
    expect(raters.map(({ deviation }) => deviation)).toEqual([27.5, 22.5, 5]);
  });

  it('is measured against the reference rater, who is not counted', () => {
    const { questions, total, raters } = spreadOf(SHEET, three, 'x');
    expect(questions[0]).toMatchObject({ reference: 100, deviation: 37.5 });
    expect(total).toMatchObject({ reference: 100, deviation: (50 + 36.25) / 2 });
    expect(raters).toMatchObject([{ bias: 0, deviation: 0 }, { bias: -50 }, { bias: -36.25 }]);
  });

  it('leaves out who found a question not applicable, and says that they differ', () => {
    const { questions } = spreadOf(SHEET, [rater('x', null, 10), rater('y', 2, 5), rater('z', 4, 5)], null);
    expect(questions[0]).toMatchObject({ percents: [null, 50, 100], reference: 75, deviation: 25, split: true });
    expect(spreadOf(SHEET, [rater('x', null, 10), rater('y', 2, 5)], 'x').questions[0]).toMatchObject({ reference: null, deviation: null, split: true });
    expect(spreadOf(SHEET, [rater('x', null, 1), rater('y', null, 2)], null).questions[0]).toMatchObject({ reference: null, deviation: null, split: false });
  });

  const anyRaters = fc.array(fc.tuple(fc.option(fc.nat(4)), fc.option(fc.nat(10))), { minLength: 1, maxLength: 8 }).map((rows) => rows.map(([a, b], index) => rater(`r${index}`, a, b)));

  it('is 0 where all agree, and never above 100', () => {
    fc.assert(
      fc.property(anyRaters, fc.integer({ min: 2, max: 6 }), (raters, times) => {
        const [first] = raters;
        if (!first) return;
        const agreeing = spreadOf(SHEET, Array.from({ length: times }, (_, index) => ({ ...first, userId: `r${index}` })), null);
        for (const { deviation } of [...agreeing.questions, agreeing.total]) expect(deviation ?? 0).toBeCloseTo(0, 9);
        for (const { deviation } of [...spreadOf(SHEET, raters, null).questions, ...spreadOf(SHEET, raters, 'r0').questions]) expect(deviation ?? 0).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('does not depend on the order of the raters', () => {
    fc.assert(
      fc.property(anyRaters, fc.constantFrom(null, 'r0'), (raters, referenceId) => {
        const [forth, back] = [spreadOf(SHEET, raters, referenceId), spreadOf(SHEET, raters.toReversed(), referenceId)];
        for (const [index, { deviation }] of forth.questions.entries()) expect(back.questions[index]?.deviation ?? -1).toBeCloseTo(deviation ?? -1, 9);
        expect(back.total.deviation ?? -1).toBeCloseTo(forth.total.deviation ?? -1, 9);
      }),
    );
  });
});
