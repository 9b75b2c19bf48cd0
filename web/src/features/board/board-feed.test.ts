import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../../shared/events.ts';
import { queue } from './board-fixtures.ts';
import { BoardFeed, type BoardSource } from './board-feed.ts';

/** A socket in memory: it can be opened, say something, and remembers what it was sent. */
function fakeSource(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const messages = new Set<(message: ServerMessage) => void>();
  const opens = new Set<() => void>();
  const sent: boolean[] = [];
  const add = <Item>(set: Set<Item>, item: Item) => {
    set.add(item);
    return () => void set.delete(item);
  };
  const source: BoardSource = {
    subscribe: (listener) => add(messages, listener),
    onOpen: (listener) => add(opens, listener),
    send: ({ on }) => {
      sent.push(on);
      return answer();
    },
  };
  return { source, sent, open: () => opens.forEach((listener) => listener()), say: (message: ServerMessage) => messages.forEach((listener) => listener(message)) };
}

const board: ServerMessage = { type: 'board', board: { at: '2026-05-01T00:00:10.000Z', queues: [queue('q')], agents: [], calls: [], superviseTone: false } };

describe('BoardFeed', () => {
  it('watches while somebody looks, and again after a reconnection', () => {
    const { source, sent, open } = fakeSource();
    const leave = new BoardFeed(source).subscribe(() => undefined);

    open();
    open();
    leave();

    expect(sent).toEqual([true, true, false]);
  });

  it('keeps the board and how far the own clock is off', () => {
    const { source, say } = fakeSource();
    const feed = new BoardFeed(source, () => Date.parse('2026-05-01T00:00:00.000Z'));
    let heard = 0;
    feed.subscribe(() => {
      heard += 1;
    });

    say(board);
    say({ type: 'database', state: 'up' });

    expect(heard).toBe(1);
    expect(feed.getSnapshot().model.queues.q?.queueId).toBe('q');
    expect(feed.getSnapshot().clockOffsetMs).toBe(10_000);
  });

  it('forgets the board when nobody looks, so that an old one is never shown as new', () => {
    const { source, say } = fakeSource();
    const feed = new BoardFeed(source);
    const leave = feed.subscribe(() => undefined);
    say(board);

    leave();

    expect(feed.getSnapshot().model.at).toBeNull();
  });

  it('says when the server does not allow it', async () => {
    const { source, open } = fakeSource(() => Promise.reject(Object.assign(new Error('no'), { code: 'forbidden' })));
    const feed = new BoardFeed(source);
    feed.subscribe(() => undefined);

    open();
    await Promise.resolve();

    expect(feed.getSnapshot().refused).toBe(true);
  });
});
