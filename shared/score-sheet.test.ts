import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerFaults, questionsOf, scoreOf, sheetFaults, type SheetAnswer, type SheetAnswers, type SheetDefinition, type SheetQuestion } from './score-sheet.ts';

const question = (key: string, part: Partial<SheetQuestion> = {}): SheetQuestion => ({ key, text: key, guide: '', kind: 'scale', max: 5, weight: 1, naAllowed: true, fatal: false, ...part });
const sheet = (questions: SheetQuestion[], part: Partial<SheetDefinition> = {}): SheetDefinition => ({ sections: [{ id: 'all', title: 'All', questions }], passMark: 80, fatalRule: 'zero', fatalCap: 50, ...part });
const given = (points: number | null): SheetAnswer => ({ points, na: false, comment: '', atMs: null });
const NA: SheetAnswer = { points: null, na: true, comment: '', atMs: null };
const answers = (points: Record<string, number | 'na' | null>): SheetAnswers => Object.fromEntries(Object.entries(points).map(([key, value]) => [key, value === 'na' ? NA : given(value)]));

describe('the score of a sheet', () => {
  const mixed = sheet([question('greet', { weight: 1 }), question('solve', { weight: 3, max: 4 }), question('verify', { kind: 'yesNo', max: 1, weight: 2 })]);

  it('weighs each question by its share of points', () => {
    // (1 x 3/5 + 3 x 3/4 + 2 x 1) / 6 = 4.85 / 6
    expect(scoreOf(mixed, answers({ greet: 3, solve: 3, verify: 1 }))).toMatchObject({ percent: 80.83, rawPercent: 80.83, passed: true, failed: [], open: [] });
  });

  it('gives the weight of what is not applicable to the others', () => {
    // (1 x 3/5 + 3 x 3/4) / 4 = 2.85 / 4
    expect(scoreOf(mixed, answers({ greet: 3, solve: 3, verify: 'na' }))).toMatchObject({ percent: 71.25, passed: false, open: [] });
    expect(scoreOf(mixed, answers({ greet: 'na', solve: 'na', verify: 'na' }))).toMatchObject({ percent: null, passed: null });
  });

  it('is 0 after a failed fatal item, or at most the cap, and never passes then', () => {
    const questions = [question('greet'), question('verify', { kind: 'yesNo', max: 1, weight: 0, fatal: true })];
    const failing = answers({ greet: 5, verify: 0 });
    expect(scoreOf(sheet(questions), failing)).toMatchObject({ percent: 0, rawPercent: 100, passed: false, failed: ['verify'] });
    const capped = { fatalRule: 'cap', fatalCap: 90 } as const;
    expect(scoreOf(sheet(questions, capped), failing)).toMatchObject({ percent: 90, rawPercent: 100, passed: false });
    expect(scoreOf(sheet(questions, capped), answers({ greet: 3, verify: 0 }))).toMatchObject({ percent: 60, passed: false });
    expect(scoreOf(sheet(questions), answers({ greet: 5, verify: 'na' }))).toMatchObject({ percent: 100, passed: true, failed: [] });
    expect(scoreOf(sheet(questions), answers({ greet: 'na', verify: 0 }))).toMatchObject({ percent: 0, rawPercent: null, passed: false });
    expect(scoreOf(sheet(questions, capped), answers({ greet: 'na', verify: 0 }))).toMatchObject({ percent: null, passed: null });
    expect(scoreOf(sheet(questions), answers({ greet: 5, verify: null }))).toMatchObject({ percent: 100, failed: [], open: ['verify'] });
  });

  it('rounds half up to two digits and passes by the rounded figure', () => {
    const third = sheet([question('a', { max: 3 })], { passMark: 67 });
    expect(scoreOf(third, answers({ a: 2 }))).toMatchObject({ percent: 66.67, passed: false });
    // 1/32 = 3.125 per cent
    const fine = sheet([question('a', { max: 1, weight: 1 }), question('b', { max: 1, weight: 31 })]);
    expect(scoreOf(fine, answers({ a: 1, b: 0 })).percent).toBe(3.13);
    // (90 x 74/90 + 9 x 56/97) / 99 = 79.9958 per cent: shown as 80, so it passes.
    const close = sheet([question('a', { max: 90, weight: 90 }), question('b', { max: 97, weight: 9 })]);
    expect(scoreOf(close, answers({ a: 74, b: 56 }))).toMatchObject({ percent: 80, passed: true });
  });

  it('tells the sections apart', () => {
    const two: SheetDefinition = { ...mixed, sections: [{ id: 'open', title: '', questions: [question('a', { weight: 9 })] }, { id: 'close', title: '', questions: [question('b'), question('c', { weight: 3 })] }] };
    expect(scoreOf(two, answers({ a: 5, b: 5, c: 0 })).sections).toEqual([{ id: 'open', percent: 100 }, { id: 'close', percent: 25 }]);
    expect(scoreOf(two, answers({ a: 5 })).sections).toEqual([{ id: 'open', percent: 100 }, { id: 'close', percent: null }]);
  });
});

const anyQuestion = (index: number) =>
  fc.record({ max: fc.integer({ min: 1, max: 100 }), weight: fc.integer({ min: 0, max: 100 }), fatal: fc.boolean(), naAllowed: fc.constant(true), kind: fc.constant('scale' as const) }).map((part) => question(`q${index}`, part));

/** A sheet of up to twelve questions with answers to all of them, some not applicable. */
const anyCase = fc
  .integer({ min: 1, max: 12 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => fc.tuple(anyQuestion(index), fc.nat(100), fc.boolean()))))
  .chain((parts) =>
    fc.record({
      definition: fc
        .record({ passMark: fc.integer({ min: 0, max: 100 }), fatalRule: fc.constantFrom('zero' as const, 'cap' as const), fatalCap: fc.integer({ min: 0, max: 100 }) })
        .map((rules) => sheet(parts.map(([each]) => each), rules)),
      answers: fc.constant(Object.fromEntries(parts.map(([{ key, max }, points, na]) => [key, na ? NA : given(points % (max + 1))]))),
    }),
  );

describe('any score', () => {
  it('lies between 0 and 100 and is the weighted mean of what is applicable', () => {
    fc.assert(
      fc.property(anyCase, ({ definition, answers: all }) => {
        const { rawPercent } = scoreOf(definition, all);
        const used = questionsOf(definition).filter(({ key }) => !all[key]?.na);
        const weights = used.reduce((sum, { weight }) => sum + weight, 0);
        if (weights === 0) return rawPercent === null;
        const mean = used.reduce((sum, { key, weight, max }) => sum + (weight * (all[key]?.points ?? 0)) / max, 0) / weights;
        return rawPercent !== null && rawPercent >= 0 && rawPercent <= 100 && Math.abs(rawPercent - mean * 100) <= 0.0051;
      }),
    );
  });

  it('is the same as if what is not applicable were not asked', () => {
    fc.assert(
      fc.property(anyCase, ({ definition, answers: all }) => {
        const without: SheetDefinition = { ...definition, sections: [{ id: 'all', title: '', questions: questionsOf(definition).filter(({ key }) => !all[key]?.na) }] };
        expect(scoreOf(without, all).percent).toBe(scoreOf(definition, all).percent);
      }),
    );
  });

  it('does not change when all weights grow alike', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 2, max: 9 }), ({ definition, answers: all }, factor) => {
        const heavier = sheet(questionsOf(definition).map((each) => ({ ...each, weight: each.weight * factor })));
        expect(scoreOf(heavier, all).rawPercent).toBe(scoreOf(definition, all).rawPercent);
      }),
    );
  });

  it('never falls when a question earns more', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(11), ({ definition, answers: all }, at) => {
        const raised = questionsOf(definition)[at % questionsOf(definition).length];
        const answer = raised && all[raised.key];
        if (!raised || !answer || answer.points === null || answer.points >= raised.max) return true;
        const better = scoreOf(definition, { ...all, [raised.key]: given(answer.points + 1) });
        return (better.percent ?? 0) >= (scoreOf(definition, all).percent ?? 0);
      }),
    );
  });

  it('never passes with a failed fatal item, nor exceeds what the rule allows then', () => {
    fc.assert(
      fc.property(anyCase, ({ definition, answers: all }) => {
        const { failed, passed, percent } = scoreOf(definition, all);
        if (failed.length === 0 || percent === null) return true;
        return passed === false && percent <= (definition.fatalRule === 'zero' ? 0 : definition.fatalCap);
      }),
    );
  });
});

describe('faults', () => {
  it('of a sheet keep it from being used', () => {
    expect(sheetFaults(sheet([question('a')]))).toEqual([]);
    expect(sheetFaults(sheet([]))).toEqual([{ section: 'all', fault: 'empty_section' }, { section: '', fault: 'no_weight' }]);
    expect(sheetFaults(sheet([question('a'), question('a', { kind: 'yesNo' })]))).toEqual([{ section: 'all', fault: 'duplicate_question' }, { section: 'all', fault: 'yes_no_points' }]);
    const [section] = sheet([question('a')]).sections;
    if (!section) throw new Error('no section');
    expect(sheetFaults({ ...sheet([]), sections: [section, { ...section, questions: [question('b')] }] })).toEqual([{ section: 'all', fault: 'duplicate_section' }]);
  });

  it('of answers are named', () => {
    const strict = sheet([question('a', { naAllowed: false })]);
    expect(answerFaults(strict, answers({ a: 5 }))).toEqual([]);
    expect(answerFaults(strict, answers({ a: 6, b: 1 }))).toEqual([{ key: 'a', fault: 'too_many_points' }, { key: 'b', fault: 'no_such_question' }]);
    expect(answerFaults(strict, answers({ a: 'na' }))).toEqual([{ key: 'a', fault: 'always_applicable' }]);
  });
});
