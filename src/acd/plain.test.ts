import { describe, expect, it } from 'vitest';
import { reduceAcd } from './acd.ts';
import { fromPlain, timersOf, toPlain } from './plain.ts';
import { agentConfig, queueConfig, TestAcd } from './test-support.ts';
import type { AcdEvent } from './types.ts';

const busy = (): TestAcd => {
  const agents = ['A', 'B', 'C'].map((agentId) => agentConfig(agentId, { skills: { ja: 3 } }));
  const acd = new TestAcd([queueConfig('q', { wrapUpMs: 8000 })], agents);
  acd.available('A', 'B', 'C');
  acd.queue('c1');
  acd.queue('c2', { skills: { ja: 2 } });
  acd.queue('c3', { skills: { en: 1 } });
  acd.accept('o1');
  acd.decline('o2');
  acd.release('A', 'c1');
  return acd;
};

describe('plain state', () => {
  it('survives JSON and goes on with the same effects', () => {
    const acd = busy();
    const plain = JSON.parse(JSON.stringify(toPlain(acd.state))) as ReturnType<typeof toPlain>;
    const events: AcdEvent[] = [
      { type: 'removed', at: 30_000, callId: 'c2' },
      { type: 'wrapUpDone', at: 30_001, agentId: 'A' },
      { type: 'queued', at: 30_002, callId: 'c4', queueId: 'q', requiredSkills: {}, priority: 0, queuedAt: 30_002 },
    ];
    let ids = 100;
    let copy = fromPlain(plain, () => `p${++ids}`);
    let idsOfFirst = 100;
    let first = fromPlain(toPlain(acd.state), () => `p${++idsOfFirst}`);
    for (const event of events) {
      const a = reduceAcd(first, event);
      const b = reduceAcd(copy, event);
      expect(b.effects).toEqual(a.effects);
      expect(a.effects.length).toBeGreaterThan(0);
      first = a.state;
      copy = b.state;
    }
    expect(toPlain(copy)).toEqual(toPlain(first));
  });

  it('lists the timers to set again', () => {
    const acd = busy();
    expect(timersOf(acd.state, acd.now + 1000)).toEqual([
      { timer: { kind: 'offer', offerId: 'o3' }, afterMs: 19_000 - 1 },
      { timer: { kind: 'wrapUp', agentId: 'A' }, afterMs: 7000 },
    ]);
  });
});
