import { describe, expect, it } from 'vitest';
import { above, canBeChosen, levels, placeFault, type TreeCode } from './wrap-up-tree.ts';

const code = (id: string, parent: string | null, active = true): TreeCode => ({ id, parent_id: parent, active });

const TREE = [code('inquiry', null), code('price', 'inquiry'), code('plan', 'price'), code('plan-a', 'plan'), code('claim', null), code('old', 'claim', false)];

describe('the tree of wrap-up codes', () => {
  it('knows what is above and how deep it goes', () => {
    expect(above(TREE, 'plan-a')).toEqual(['plan', 'price', 'inquiry']);
    expect(levels(TREE, 'inquiry')).toBe(4);
    expect(levels(TREE, 'old')).toBe(1);
  });

  it('refuses places below itself, below nothing, and a fifth level', () => {
    expect(placeFault(TREE, 'inquiry', 'plan')).toBe('below itself');
    expect(placeFault(TREE, 'price', 'price')).toBe('below itself');
    expect(placeFault(TREE, 'claim', 'nowhere')).toBe('no such wrap-up code');
    expect(placeFault(TREE, 'new', 'plan-a')).toBe('too deep');
    expect(placeFault(TREE, 'claim', 'plan')).toBe('too deep');
    expect(placeFault(TREE, 'new', 'plan')).toBeNull();
    expect(placeFault(TREE, 'plan', null)).toBeNull();
  });

  it('lets only ends of the tree be chosen, in the group of the queue', () => {
    expect(canBeChosen(TREE, 'plan-a', null)).toBe(true);
    expect(canBeChosen(TREE, 'plan-a', 'price')).toBe(true);
    expect(canBeChosen(TREE, 'plan-a', 'claim')).toBe(false);
    expect(canBeChosen(TREE, 'plan', null)).toBe(false);
    expect(canBeChosen(TREE, 'old', null)).toBe(false);
    // Everything below claim is retired: it is an end itself.
    expect(canBeChosen(TREE, 'claim', null)).toBe(true);
  });

  it('does not choose what hangs under a retired group, and survives a circle', () => {
    expect(canBeChosen([code('a', null, false), code('b', 'a')], 'b', null)).toBe(false);
    const circle = [code('a', 'b'), code('b', 'a')];
    expect(above(circle, 'a')).toEqual(['b', 'a']);
    expect(levels(circle, 'a')).toBe(2);
  });
});
