import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { WebCallGate } from './web-call-limits.ts';

describe('WebCallGate', () => {
  it('lets an address begin five calls in ten minutes', () => {
    const clock = new FakeClock();
    const gate = new WebCallGate(clock);
    for (let call = 0; call < 5; call++) gate.enter('192.0.2.1', 't')?.();
    expect(gate.enter('192.0.2.1', 't')).toBeNull();
    expect(gate.enter('192.0.2.2', 't')).not.toBeNull();
    clock.advance(10 * 60_000);
    expect(gate.enter('192.0.2.1', 't')).not.toBeNull();
  });

  it('lets a tenant have ten visitors at a time; a place is given back once', () => {
    const gate = new WebCallGate(new FakeClock());
    const leave = Array.from({ length: 10 }, (_, index) => gate.enter(`192.0.2.${index}`, 't'));
    expect(gate.enter('198.51.100.1', 't')).toBeNull();
    leave[0]?.();
    leave[0]?.();
    expect(gate.enter('198.51.100.1', 't')).not.toBeNull();
    expect(gate.enter('198.51.100.2', 't')).toBeNull();
    expect(gate.enter('198.51.100.2', 'other')).not.toBeNull();
  });
});
