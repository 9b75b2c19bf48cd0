import { describe, expect, it } from 'vitest';
import { freshKey } from '../../records/fresh-key.ts';
import { emptyStep, moveStep, withoutStep, withStep } from './script-draft.ts';

const start = { steps: [emptyStep('step1', 'A')] };

describe('editing a script', () => {
  it('adds steps that follow the last one', () => {
    const two = withStep(start, 'B');
    expect(two.steps).toMatchObject([{ id: 'step1', next: 'step2' }, { id: 'step2', title: 'B', next: null }]);
    expect(freshKey('step', ['step2'])).toBe('step3');
  });

  it('closes the gap that a removed step leaves', () => {
    const three = withStep(withStep(start, 'B'), 'C');
    const branched = { steps: three.steps.map((step) => (step.id === 'step1' ? { ...step, branches: [{ field: 'x', equals: '1', to: 'step2' }] } : step)) };
    expect(withoutStep(branched, 'step2').steps).toMatchObject([{ id: 'step1', next: 'step3', branches: [] }, { id: 'step3' }]);
  });

  it('moves a step, but not out of the list', () => {
    const two = withStep(start, 'B');
    expect(moveStep(two, 'step2', -1).steps.map(({ id }) => id)).toEqual(['step2', 'step1']);
    expect(moveStep(two, 'step1', -1)).toEqual(two);
  });
});
