import { describe, expect, it } from 'vitest';
import type { WallMessage } from '../../../../shared/wall.ts';
import { SILENCE_MS, WallSocket } from './wall-socket.ts';

const AT = '2026-05-01T00:00:10.000Z';
const picture: WallMessage = {
  type: 'wall',
  view: { at: AT, name: '1F', queues: [], states: { offered: 0, talking: 0, wrapUp: 0, unhealthy: 0, available: 0, break: 0, away: 0, offline: 0 }, freeStations: 0, agents: [], waiting: [] },
};

/** A browser in memory whose time stands still until it is told to pass. */
function world(good: boolean | null = true) {
  const wires: { say: (message: unknown) => void; lose: () => void; closed: boolean }[] = [];
  let now = 0;
  const timers = new Set<{ due: number; run: () => void }>();
  const answer = { good };
  const socket = new WallSocket({
    open: (on) => {
      const wire = { say: (message: unknown) => on.message(JSON.stringify(message)), lose: on.lost, closed: false };
      wires.push(wire);
      return { close: () => (wire.closed = true) };
    },
    ask: () => Promise.resolve(answer.good),
    now: () => now,
    wall: () => Date.parse(AT) - 5000,
    after: (ms, run) => {
      const timer = { due: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    backOff: (attempt) => 1000 * (attempt + 1),
  });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    const over = Array.from(timers).filter(({ due }) => due <= now);
    for (const timer of over) if (timers.delete(timer)) timer.run();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { socket, wires, pass, answer };
}

describe('a screen’s connection', () => {
  it('is live with the first picture and knows how wrong its own clock is', () => {
    const { socket, wires } = world();
    socket.subscribe(() => undefined);
    expect(socket.getSnapshot().state).toBe('connecting');
    wires[0]?.say(picture);
    expect(socket.getSnapshot()).toMatchObject({ state: 'live', view: { name: '1F' }, heardAt: 0, clockOffsetMs: 5000 });
  });

  it('keeps the last picture and its age when the connection is lost, and connects again', async () => {
    const { socket, wires, pass } = world();
    socket.subscribe(() => undefined);
    wires[0]?.say(picture);
    await pass(500);
    wires[0]?.lose();
    expect(socket.getSnapshot()).toMatchObject({ state: 'lost', heardAt: 0, view: { name: '1F' } });
    await pass(1000);
    expect(wires).toHaveLength(2);
    wires[1]?.say(picture);
    expect(socket.getSnapshot()).toMatchObject({ state: 'live', heardAt: 1500 });
  });

  it('counts a silent connection as lost; a sign of life is enough', async () => {
    const { socket, wires, pass } = world();
    socket.subscribe(() => undefined);
    wires[0]?.say(picture);
    await pass(SILENCE_MS - 1);
    wires[0]?.say({ type: 'wall.alive', at: AT });
    await pass(SILENCE_MS - 1);
    expect(socket.getSnapshot().state).toBe('live');
    await pass(1);
    expect(socket.getSnapshot().state).toBe('lost');
    expect(wires[0]?.closed).toBe(true);
  });

  it('shows nothing once the link is over, but asks again now and then', async () => {
    const { socket, wires, pass, answer } = world(false);
    socket.subscribe(() => undefined);
    wires[0]?.say(picture);
    wires[0]?.say({ type: 'wall.over' });
    expect(socket.getSnapshot()).toMatchObject({ state: 'over', view: null });
    await pass(60_000);
    expect(wires).toHaveLength(2);
    wires[1]?.lose();
    await pass(0);
    expect(socket.getSnapshot().state).toBe('over');
    answer.good = true;
    await pass(60_000);
    wires[2]?.say(picture);
    expect(socket.getSnapshot().state).toBe('live');
  });

  it('ends with the page', async () => {
    const { socket, wires, pass } = world();
    const leave = socket.subscribe(() => undefined);
    leave();
    expect(wires[0]?.closed).toBe(true);
    await pass(100_000);
    expect(wires).toHaveLength(1);
  });
});
