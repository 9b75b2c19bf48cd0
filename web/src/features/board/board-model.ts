import type { AgentView, Board, CallView, QueueView, ServerMessage } from '../../../../shared/events.ts';

/** The board as the browser knows it: the last full picture with all changes since. */
export interface BoardModel {
  /** Server time of the last message; null before the first. */
  at: string | null;
  queues: Readonly<Record<string, QueueView>>;
  agents: Readonly<Record<string, AgentView>>;
  calls: Readonly<Record<string, CallView>>;
  /** Supervisors are always announced by a tone. */
  superviseTone: boolean;
}

export const emptyBoard: BoardModel = { at: null, queues: {}, agents: {}, calls: {}, superviseTone: false };

type BoardMessage = Extract<ServerMessage, { type: 'board' | 'board.update' }>;

/** True for the two messages that `applyBoardMessage` understands. */
export const isBoardMessage = (message: ServerMessage): message is BoardMessage =>
  message.type === 'board' || message.type === 'board.update';

/**
 * The next board. A `board` replaces everything (so removed queues and agents go); an update is merged, and a call that has
 * ended or is gone leaves the list. An update before the first full picture is ignored: it would show a half-empty room.
 */
export function applyBoardMessage(model: BoardModel, message: BoardMessage): BoardModel {
  if (message.type === 'board') return fromBoard(message.board);
  if (model.at === null) return model;
  const gone = new Set(message.goneCalls);
  const calls = { ...model.calls, ...byKey(message.calls, (call) => call.callId) };
  return {
    ...model,
    at: message.at,
    queues: { ...model.queues, ...byKey(message.queues, (queue) => queue.queueId) },
    agents: { ...model.agents, ...byKey(message.agents, (agent) => agent.agentId) },
    calls: Object.fromEntries(Object.entries(calls).filter(([id, call]) => !gone.has(id) && call.phase !== 'ended')),
  };
}

function fromBoard(board: Board): BoardModel {
  return {
    at: board.at,
    queues: byKey(board.queues, (queue) => queue.queueId),
    agents: byKey(board.agents, (agent) => agent.agentId),
    calls: byKey(
      board.calls.filter((call) => call.phase !== 'ended'),
      (call) => call.callId,
    ),
    superviseTone: board.superviseTone,
  };
}

const byKey = <Item>(items: readonly Item[], key: (item: Item) => string): Record<string, Item> =>
  Object.fromEntries(items.map((item) => [key(item), item]));
