import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALM, watchFigure, type Limit, type Watch } from './alert-watch.ts';

const limit: Limit = { comparison: 'above', threshold: 5, forMs: 20_000 };

function run(values: readonly (number | null)[], given: Limit = limit, stepMs = 10_000): string[] {
  let watch: Watch = CALM;
  return values.map((value, index) => {
    const step = watchFigure(watch, given, value, index * stepMs);
    watch = step.watch;
    return step.outcome;
  });
}

describe('a watched figure', () => {
  it('raises once after its time, and resolves after half a minute of calm', () => {
    expect(run([6, 6, 6, 6, 5, 5, 5, 5, 5])).toEqual(['none', 'none', 'raise', 'none', 'none', 'none', 'none', 'resolve', 'none']);
  });

  it('a moment beyond the limit is no alert', () => {
    expect(run([6, 6, 5, 6, 6, 5])).toEqual(Array(6).fill('none'));
  });

  it('swinging about the limit is one alert', () => {
    expect(run([6, 6, 6, 4, 6, 4, 6, 4]).filter((outcome) => outcome !== 'none')).toEqual(['raise']);
  });

  it('exactly the limit is fine; nothing to measure is fine; below works the other way', () => {
    expect(run([5, 5, 5, 5])).toEqual(Array(4).fill('none'));
    expect(run([null, null, null])).toEqual(Array(3).fill('none'));
    expect(run([0.7], { comparison: 'below', threshold: 0.8, forMs: 0 })).toEqual(['raise']);
  });

  it('raise and resolve take turns, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 10 })), { maxLength: 60 }), (values) => {
        const said = run(values).filter((outcome) => outcome !== 'none');
        expect(said).toEqual(said.map((_, index) => (index % 2 === 0 ? 'raise' : 'resolve')));
      }),
    );
  });
});
