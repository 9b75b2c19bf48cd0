import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../../shared/events.ts';
import { applyBoardMessage, emptyBoard, isBoardMessage } from './board-model.ts';
import { agent, call, queue } from './board-fixtures.ts';

const full: Extract<ServerMessage, { type: 'board' }> = {
  type: 'board',
  board: { at: '2026-05-01T00:00:00.000Z', queues: [queue('q1'), queue('q2')], agents: [agent('a1'), agent('a2')], calls: [call('c1'), call('c2')], superviseTone: true },
};
type Update = Extract<ServerMessage, { type: 'board.update' }>;
const update = (parts: Partial<Update>): Update => ({ type: 'board.update', at: '2026-05-01T00:00:01.000Z', queues: [], agents: [], calls: [], goneCalls: [], ...parts });

describe('applyBoardMessage', () => {
  it('takes a full board as it is, leaving out what the old one had', () => {
    const before = applyBoardMessage(emptyBoard, full);

    const after = applyBoardMessage(before, { ...full, board: { ...full.board, queues: [queue('q9')], agents: [], calls: [] } });

    expect(Object.keys(after.queues)).toEqual(['q9']);
    expect(after.agents).toEqual({});
    expect(after.calls).toEqual({});
  });

  it('merges changes and keeps what did not change', () => {
    const before = applyBoardMessage(emptyBoard, full);

    const after = applyBoardMessage(before, update({ queues: [queue('q1', { waiting: 7 })], agents: [agent('a2', { work: 'talking' })] }));

    expect(after.at).toBe('2026-05-01T00:00:01.000Z');
    expect(after.queues.q1?.waiting).toBe(7);
    expect(after.queues.q2).toBe(before.queues.q2);
    expect(after.agents.a2?.work).toBe('talking');
    expect(after.superviseTone).toBe(true);
  });

  it('drops calls that are gone and calls that arrive as ended', () => {
    const before = applyBoardMessage(emptyBoard, full);

    const after = applyBoardMessage(before, update({ calls: [call('c2', { phase: 'ended' }), call('c3')], goneCalls: ['c1'] }));

    expect(Object.keys(after.calls)).toEqual(['c3']);
  });

  it('ignores an update that comes before the first full board', () => {
    expect(applyBoardMessage(emptyBoard, update({ queues: [queue('q1')] }))).toBe(emptyBoard);
  });

  it('knows its own messages', () => {
    expect(isBoardMessage(update({}))).toBe(true);
    expect(isBoardMessage({ type: 'database', state: 'up' })).toBe(false);
  });
});
