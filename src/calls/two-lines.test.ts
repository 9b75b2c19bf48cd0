import { describe, expect, it } from 'vitest';
import { clearLine } from './own-lines.ts';
import { rungWith } from './rung.ts';
import { World } from './testing/world.ts';
import type { AgentCommand, CallState } from './types.ts';

const OWNER = { agentId: 'ann', ip: '10.0.0.1' };

/** Ann may have two calls and is in the first. */
class Lines {
  readonly world = new World({ ann: 2 });

  async begin(): Promise<string> {
    await this.world.ready('ann');
    return await this.another();
  }

  /** One more caller whom Ann takes, as her desk does. */
  async another(): Promise<string> {
    const { world } = this;
    const callId = world.callIn('support');
    await world.settle();
    await this.clear(null);
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: this.call(callId).agent?.offerId ?? '' });
    await world.settle();
    return callId;
  }

  async clear(callId: string | null): Promise<string[]> {
    const cleared = clearLine({ runtime: this.world.runtime, holdAlarmOf: () => ({ afterMs: 60_000, autoReturn: true }) }, OWNER, callId);
    await this.world.settle();
    return await cleared;
  }

  async command(callId: string, action: AgentCommand): Promise<void> {
    this.world.runtime.toCall(callId, { type: 'agent', ...OWNER, action });
    await this.world.settle();
  }

  async switchTo(callId: string): Promise<void> {
    await this.clear(callId);
    await this.command(callId, { command: 'resume' });
  }

  call(callId: string): CallState {
    const call = this.world.call(callId);
    if (!call) throw new Error(`no call ${callId}`);
    return call;
  }

  /** The caller whom Ann's line is joined with; every other bridge would be a fault. */
  onLine(): string[] {
    return [...this.world.media.bridges.values()].map(({ a }) => a.split(':')[0] ?? '');
  }
}

describe('an agent with two lines', () => {
  it('answers a second caller, whose first hears music meanwhile, and goes to and fro', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    expect(lines.onLine()).toEqual([first]);
    const second = await lines.another();
    expect(lines.onLine()).toEqual([second]);
    expect(lines.call(first)).toMatchObject({ phase: 'held', hold: { byAgent: true }, playing: { for: 'music' } });
    expect(lines.call(second)).toMatchObject({ phase: 'talking', agent: { decision: { load: 1, capacity: 2 } } });
    await lines.switchTo(first);
    expect(lines.onLine()).toEqual([first]);
    expect(lines.call(second)).toMatchObject({ phase: 'held', playing: { for: 'music' } });
    expect(lines.call(first)).toMatchObject({ phase: 'talking', playing: null });
  });

  it('keeps the present call when the second is not answered', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    const second = lines.world.callIn('support');
    await lines.world.settle();
    expect(rungWith(lines.call(second), lines.call(second).agent?.offerId ?? '')).toMatchObject({ agentId: 'ann' });
    lines.world.clock.advance(20_000);
    await lines.world.settle();
    expect(lines.call(second).phase).toBe('queued');
    expect(lines.call(first)).toMatchObject({ phase: 'talking', hold: { byAgent: false } });
    expect(lines.world.agent('ann')).toMatchObject({ presence: 'available', work: 'talking' });
  });

  it('counts the hold for the other call apart, once', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    await lines.world.pass(10_000);
    const second = await lines.another();
    await lines.world.pass(30_000);
    // Both wait while the agent looks something up for the second.
    await lines.command(second, { command: 'hold' });
    await lines.world.pass(7_000);
    await lines.switchTo(first);
    await lines.world.pass(5_000);
    await lines.command(first, { command: 'hangup' });
    await lines.command(second, { command: 'hangup' });
    await lines.world.settle();
    const [one, two] = [first, second].map((callId) => lines.world.journal.of('callCompleted').find((entry) => entry.callId === callId));
    expect(one).toMatchObject({ talkMs: 15_000, holdMs: 37_000, asideMs: 37_000 });
    expect(two).toMatchObject({ talkMs: 30_000, holdMs: 12_000, asideMs: 5_000 });
    // What the agent was busy with, each moment once: 52 s.
    const handled = [one, two].reduce((sum, entry) => sum + (entry?.talkMs ?? 0) + (entry?.holdMs ?? 0) - (entry?.asideMs ?? 0), 0);
    expect(handled).toBe(52_000);
  });

  it('has both calls again after a restart of the core, one on hold, and no third', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    const second = await lines.another();
    await lines.world.settle();
    await lines.world.crash();
    expect(lines.call(first)).toMatchObject({ phase: 'held', hold: { byAgent: true } });
    expect(lines.call(second)).toMatchObject({ phase: 'talking' });
    expect(lines.world.agent('ann')).toMatchObject({ work: 'talking', lines: { capacity: 2 } });
    expect(new Set(lines.world.agent('ann')?.lines?.callIds)).toEqual(new Set([first, second]));
    expect(lines.onLine()).toEqual([second]);
  });

  it('is reminded of each caller on hold, none of whom comes back into the other conversation', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    await lines.command(first, { command: 'hold', alarm: { afterMs: 60_000, autoReturn: true } });
    const second = await lines.another();
    for (let minute = 0; minute < 5; minute++) await lines.world.pass(60_000);
    expect(lines.call(first)).toMatchObject({ phase: 'held', held: { told: 3 } });
    expect(lines.call(second).phase).toBe('talking');
    expect(lines.onLine()).toEqual([second]);
  });

  it('gets no further call while somebody is asked, and cannot leave that call for the other one', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    await lines.world.ready('ben');
    await lines.command(first, { command: 'consult', target: { kind: 'agent', agentId: 'ben' } });
    const second = lines.world.callIn('support');
    await lines.world.settle();
    expect(lines.call(second).phase).toBe('queued');
    await expect(lines.clear(null)).rejects.toMatchObject({ code: 'has_parties' });
  });

  it('is rung at the desk alone for a further call', async () => {
    const lines = new Lines();
    lines.world.devices.set('ann', ['desk']);
    await lines.begin();
    const second = lines.world.callIn('support');
    await lines.world.settle();
    expect(lines.call(second).agent?.agentId).toBe('ann');
    expect(lines.call(second).parties).toEqual([]);
  });

  it('wraps each call up by itself, in the order in which that begins', async () => {
    const lines = new Lines();
    const first = await lines.begin();
    const second = await lines.another();
    await lines.command(second, { command: 'hangup' });
    await lines.command(first, { command: 'hangup' });
    expect(lines.world.agent('ann')).toMatchObject({ work: 'wrapUp', callId: first });
    await lines.world.pass(10_000);
    expect(lines.world.agent('ann')).toMatchObject({ work: 'wrapUp', callId: second });
    await lines.world.pass(10_000);
    expect(lines.world.agent('ann')).toMatchObject({ work: 'idle' });
    const wrapUps = lines.world.journal.of('wrapUpEnded').map(({ callId, wrapUpMs }) => [callId, wrapUpMs]);
    expect(wrapUps).toEqual([[first, 10_000], [second, 10_000]]);
  });
});
