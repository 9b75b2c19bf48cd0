import { describe, expect, it } from 'vitest';
import { dialledNumbers, withPrefix } from './redial.ts';

describe('numbers to dial', () => {
  it('carry 184 or 186 only outside, and never twice', () => {
    expect(withPrefix('03-1234-5678', '184')).toBe('18403-1234-5678');
    expect(withPrefix('+81312345678', '186')).toBe('186+81312345678');
    expect(withPrefix('18403-1234-5678', '186')).toBe('18403-1234-5678');
    expect(withPrefix('desk-21', '184')).toBe('desk-21');
    expect(withPrefix('03-1234-5678', 'default')).toBe('03-1234-5678');
  });

  it('are offered again once each', () => {
    expect(dialledNumbers(['1', '2', '1', '', '3', '4', '5', '6'].map((dialledNumber) => ({ dialledNumber })))).toEqual(['1', '2', '3', '4', '5']);
  });
});
