import { describe, expect, it } from 'vitest';
import type { AgentView, CallView, Offer, ServerMessage } from '../../../shared/events.ts';
import { applyConnection, applyMessage, initialSnapshot, keepCalls, type SoftphoneSnapshot } from './state.ts';

const id = (n: number): string => `018f4b5e-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = '2026-05-01T00:00:00.000Z';

const call = (callId: string, phase: CallView['phase']): CallView => ({
  callId, direction: 'inbound', channel: 'sip', phase, callerNumber: '03-1234-5678', callerName: '', withheldReason: null,
  dialledNumber: '0312340001', queueId: null, queueName: '', agentId: null, agentName: '', startedAt: at, queuedAt: null, position: 0, expected: null,
  answeredAt: null, recording: false, recordingPaused: false, recordingResumesAt: null, sos: false, warned: false, heldSince: null, holdAlarm: 0, parkSlot: null, parties: [], path: [],
});
const offer = (offerId: string, callId: string): Offer => ({
  offerId, call: call(callId, 'ringing'), matches: [], expiresAt: at, reason: { rule: 'longestIdle', idleMs: 1, considered: 1, waitedMs: 1 },
});
const agent = (agentId: string, work: AgentView['work']): AgentView => ({
  agentId, name: 'A', kind: 'browser', presence: 'available', work, problems: [], since: at, callId: null, queueId: null, wrapUpUntil: null, reasonId: null, next: null, wrapUp: null, careUntil: null,
});
const talking = (): SoftphoneSnapshot => applyMessage(initialSnapshot, { type: 'call', call: call(id(1), 'talking'), matches: [] });

describe('softphone state', () => {
  it('drops the offer when it ends or becomes the call, but not for another offer', () => {
    const offered = applyMessage(initialSnapshot, { type: 'offer', offer: offer(id(9), id(1)) });
    expect(applyMessage(offered, { type: 'offer.ended', offerId: id(8), reason: 'timeout' }).offer).not.toBeNull();
    expect(applyMessage(offered, { type: 'offer.ended', offerId: id(9), reason: 'timeout' }).offer).toBeNull();
    const answered = applyMessage(offered, { type: 'call', call: call(id(1), 'talking'), matches: [] });
    expect(answered).toMatchObject({ offer: null, call: { view: { callId: id(1) } } });
  });

  it('keeps mute during a call and forgets it with the next', () => {
    const muted = { ...talking(), muted: true };
    expect(applyMessage(muted, { type: 'call', call: call(id(1), 'held'), matches: [] }).muted).toBe(true);
    expect(applyMessage(muted, { type: 'call', call: call(id(2), 'talking'), matches: [] }).muted).toBe(false);
  });

  it('hands an ended call to the wrap-up only when one is wanted', () => {
    const wanted = applyMessage(talking(), { type: 'call.ended', callId: id(1), by: 'caller', wrapUp: true });
    expect(wanted).toMatchObject({ call: null, ended: { view: { callId: id(1) } } });
    expect(applyMessage(talking(), { type: 'call.ended', callId: id(1), by: 'caller', wrapUp: false }).ended).toBeNull();
    expect(applyMessage(talking(), { type: 'call.ended', callId: id(2), by: 'caller', wrapUp: true }).call).not.toBeNull();
  });

  it('shows only the own agent', () => {
    const own = applyMessage(initialSnapshot, { type: 'agent', agent: agent(id(5), 'idle') });
    expect(applyMessage(own, { type: 'agent', agent: agent(id(6), 'talking') }).agent?.agentId).toBe(id(5));
  });

  it('keeps the call and loses the offer while the connection is away', () => {
    const away = applyConnection({ ...talking(), desk: 'open', offer: offer(id(9), id(2)) }, 'waiting');
    expect(away).toMatchObject({ desk: 'opening', offer: null, call: { view: { callId: id(1) } } });
  });

  it('leaves the desk to the tab that took it over', () => {
    expect(applyMessage({ ...talking(), desk: 'open' }, { type: 'bye', reason: 'taken_over' })).toMatchObject({ desk: 'taken', call: null });
  });

  describe('with several calls', () => {
    const news: ServerMessage[] = [
      { type: 'agent', agent: { ...agent(id(5), 'talking'), lines: { callIds: [id(1), id(2)], capacity: 2 } } },
      { type: 'call', call: call(id(1), 'talking'), matches: [] },
      { type: 'call', call: call(id(1), 'held'), matches: [] },
      { type: 'call', call: call(id(2), 'talking'), matches: [] },
    ];
    const several = (): SoftphoneSnapshot => news.reduce(applyMessage, initialSnapshot);
    const shown = ({ call: middle, others }: SoftphoneSnapshot): unknown => [middle?.view.callId, others.map(({ view }) => view.callId)];

    it('has the one in conversation in the middle and the others beside', () => {
      expect(shown(several())).toEqual([id(2), [id(1)]]);
      const between = applyMessage(several(), { type: 'call', call: call(id(2), 'held'), matches: [] });
      expect(shown(between)).toEqual([id(2), [id(1)]]);
      const back = applyMessage({ ...between, muted: true }, { type: 'call', call: call(id(1), 'talking'), matches: [] });
      expect(shown(back)).toEqual([id(1), [id(2)]]);
      expect(back.muted).toBe(false);
    });

    it('keeps the others when one ends, whichever', () => {
      const other = applyMessage(several(), { type: 'call.ended', callId: id(1), by: 'caller', wrapUp: true });
      expect(shown(other)).toEqual([id(2), []]);
      expect(other.ended?.view.callId).toBe(id(1));
      const both = applyMessage(other, { type: 'call.ended', callId: id(2), by: 'caller', wrapUp: true });
      expect(both).toMatchObject({ call: null, ended: { view: { callId: id(2) } }, endedBefore: [{ view: { callId: id(1) } }] });
      const middle = applyMessage(several(), { type: 'call.ended', callId: id(2), by: 'caller', wrapUp: true });
      expect(shown(middle)).toEqual([id(1), []]);
    });

    it('forgets those that the server no longer knows', () => {
      expect(shown(keepCalls(several(), [id(1)]))).toEqual([id(1), []]);
      expect(keepCalls(several(), []).call).toBeNull();
    });

    it('shows a further call that rings until it is answered', () => {
      const ringing = applyMessage(several(), { type: 'offer', offer: offer(id(9), id(3)) });
      expect(ringing).toMatchObject({ call: { view: { callId: id(2) } }, offer: { offerId: id(9) } });
      const answered = applyMessage(applyMessage(ringing, { type: 'call', call: call(id(2), 'held'), matches: [] }), { type: 'call', call: call(id(3), 'talking'), matches: [] });
      expect(shown(answered)).toEqual([id(3), [id(1), id(2)]]);
      expect(answered.offer).toBeNull();
    });
  });
});
