import { describe, expect, it } from 'vitest';
import { applyVisitorMessage, initialVisitor, type VisitorSnapshot } from './visitor-call.ts';

const active: VisitorSnapshot = { ...initialVisitor, step: 'active' };

describe('applyVisitorMessage', () => {
  it('shows phase and place in the queue', () => {
    expect(applyVisitorMessage(active, { type: 'state', phase: 'queued', position: 3 })).toMatchObject({ phase: 'queued', position: 3 });
  });

  it('tells an ordinary end from a refusal', () => {
    expect(applyVisitorMessage(active, { type: 'state', phase: 'ended', position: null })).toMatchObject({ step: 'over', failure: null });
    expect(applyVisitorMessage(active, { type: 'refused', code: 'rate_limited', message: '' })).toMatchObject({
      step: 'over',
      failure: 'rate_limited',
    });
  });

  it('hears nothing any more once it is over', () => {
    const over: VisitorSnapshot = { ...active, step: 'over', failure: 'lost' };
    expect(applyVisitorMessage(over, { type: 'state', phase: 'talking', position: null })).toBe(over);
  });
});
