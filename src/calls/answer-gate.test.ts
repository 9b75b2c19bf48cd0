import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { ANSWER_PATIENCE_MS, AnswerGate } from './answer-gate.ts';
import { World } from './testing/world.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function world() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const seen = { unrecorded: 0 };
  let commit = (): void => undefined;
  const note = (_fields: unknown, text: string): void => void lines.push(text);
  const gate = new AnswerGate({
    clock,
    journal: { commit: () => new Promise((resolve) => (commit = resolve)) },
    metrics: { answeredUnrecorded: () => void (seen.unrecorded += 1) },
    logger: { warn: note, info: note } as unknown as Logger,
  });
  return { clock, gate, lines, seen, commit: () => commit() };
}

describe('AnswerGate', () => {
  it('waits for the commit and not for more', async () => {
    const { gate, commit, seen, lines, clock } = world();
    let passed = false;
    void gate.recorded('call').then(() => (passed = true));
    await turns();
    expect(passed).toBe(false);
    commit();
    await turns();
    expect(passed).toBe(true);
    clock.advance(ANSWER_PATIENCE_MS);
    expect({ seen, lines }).toEqual({ seen: { unrecorded: 0 }, lines: [] });
  });

  it('gives up after its patience, counts each, says it once, and says when it is over', async () => {
    const { gate, commit, seen, lines, clock } = world();
    for (let call = 0; call < 3; call++) {
      const waiting = gate.recorded('call');
      clock.advance(ANSWER_PATIENCE_MS);
      await waiting;
    }
    expect(seen.unrecorded).toBe(3);
    expect(lines).toHaveLength(1);
    const inTime = gate.recorded('call');
    commit();
    await inTime;
    expect(lines).toHaveLength(2);
  });
});

describe('the answer of a call', () => {
  it('comes after the commit of its row; the ringing of a station does not wait', async () => {
    const world = new World();
    const callId = world.callIn('stations');
    for (let round = 0; round < 5; round++) await turns();
    expect(world.sip.log.filter((line) => line.startsWith('invite'))).toHaveLength(1);
    expect(world.sip.log).not.toContain(`answer ${callId}:in`);
    expect(world.media.log).not.toContain('play');
    world.journal.flush();
    await turns();
    expect(world.journal.of('callStarted')).toMatchObject([{ callId }]);
    expect(world.sip.log).toContain(`answer ${callId}:in`);
    expect(world.media.log).toContain('play');
  });

  it('does not come when the process goes on elsewhere or the caller left before it', async () => {
    const world = new World();
    const callId = world.callIn('support');
    for (let round = 0; round < 5; round++) await turns();
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.journal.of('callCompleted')).toMatchObject([{ callId, endedBy: 'caller' }]);
    expect([...world.media.endpoints.keys()]).toEqual([]);

    const next = world.callIn('support');
    for (let round = 0; round < 5; round++) await turns();
    await world.crash();
    world.clock.advance(ANSWER_PATIENCE_MS);
    await world.settle();
    expect(world.sip.log).not.toContain(`answer ${next}:in`);
  });

  it('does not wait for longer than the patience', async () => {
    const world = new World();
    const callId = world.callIn('support');
    for (let round = 0; round < 5; round++) await turns();
    world.clock.advance(ANSWER_PATIENCE_MS);
    for (let round = 0; round < 5; round++) await turns();
    expect(world.journal.of('callStarted')).toEqual([]);
    expect(world.sip.log).toContain(`answer ${callId}:in`);
  });
});
