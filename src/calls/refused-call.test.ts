import { describe, expect, it } from 'vitest';
import { auditorOf } from './refused-call.ts';

const [demo, beta, gamma] = [{ slug: 'demo' }, { slug: 'beta' }, { slug: 'gamma' }];

describe('auditorOf', () => {
  it('is the only tenant there is', () => {
    expect(auditorOf([beta])).toBe(beta);
  });

  it('is the demo tenant when the call could have been for several', () => {
    expect(auditorOf([beta, demo])).toBe(demo);
  });

  it('is nobody where there is no demo tenant, or none at all', () => {
    expect(auditorOf([beta, gamma])).toBeNull();
    expect(auditorOf([])).toBeNull();
  });
});
