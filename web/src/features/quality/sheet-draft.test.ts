import { describe, expect, it } from 'vitest';
import { sheetFaults } from '../../../../shared/score-sheet.ts';
import { changeQuestion, changeSection, emptySheet, moved, withoutSection, withQuestion, withSection } from './sheet-draft.ts';

const start = emptySheet('A', 'B');

describe('editing a score sheet', () => {
  it('begins with something that can be published', () => {
    expect(sheetFaults(start)).toEqual([]);
  });

  it('adds, changes and removes sections and questions under keys of their own', () => {
    const two = withQuestion(withSection(start, 'C'), 'section2', 'D');
    expect(two.sections).toMatchObject([{ id: 'section1' }, { id: 'section2', title: 'C', questions: [{ key: 'question2', text: 'D' }] }]);
    expect(changeSection(two, 'section2', { title: 'E' }).sections[1]).toMatchObject({ title: 'E' });
    expect(withoutSection(two, 'section1').sections).toMatchObject([{ id: 'section2' }]);
  });

  it('sets the points to what the kind of a question allows', () => {
    const [question] = start.sections[0]?.questions ?? [];
    if (!question) throw new Error('no question');
    const yesNo = changeQuestion({ ...question, max: 10 }, { kind: 'yesNo' });
    expect(yesNo.max).toBe(1);
    expect(changeQuestion(yesNo, { kind: 'scale' }).max).toBe(5);
    expect(changeQuestion({ ...question, max: 10 }, { weight: 3 })).toMatchObject({ max: 10, weight: 3 });
  });

  it('moves an entry, but not out of the list', () => {
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  });
});
