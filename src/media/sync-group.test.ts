import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { SyncGroup } from './sync-group.ts';

/** A file whose syncs end when told. */
function fakeFile(): { write: () => void; sync: () => Promise<void>; writes: number; syncs: number; finish: () => void } {
  const file = {
    writes: 0,
    write: (): void => void file.writes++,
    syncs: 0,
    finish: (): void => undefined,
    sync(): Promise<void> {
      file.syncs++;
      return new Promise((resolve) => {
        file.finish = resolve;
      });
    },
  };
  return file;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SyncGroup', () => {
  it('writes what files hold together, ten times a second', () => {
    const clock = new FakeClock();
    const group = new SyncGroup(clock);
    const [first, second] = [fakeFile(), fakeFile()];
    group.hold(first);
    clock.advance(70);
    group.hold(second);
    group.hold(first);
    expect([first.writes, second.writes]).toEqual([0, 0]);
    clock.advance(30);
    expect([first.writes, second.writes]).toEqual([1, 1]);
    group.hold(second);
    clock.advance(100);
    expect([first.writes, second.writes]).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('syncs each written file once a second, one after the other', async () => {
    const clock = new FakeClock();
    const group = new SyncGroup(clock);
    const [first, second] = [fakeFile(), fakeFile()];
    group.mark(first);
    group.mark(second);
    group.mark(first);
    clock.advance(999);
    expect(first.syncs).toBe(0);
    clock.advance(1);
    expect([first.syncs, second.syncs]).toEqual([1, 0]);
    first.finish();
    await settle();
    expect([first.syncs, second.syncs]).toEqual([1, 1]);
  });

  it('syncs again what was written during a sync, and rests when nothing was', async () => {
    const clock = new FakeClock();
    const group = new SyncGroup(clock);
    const file = fakeFile();
    group.mark(file);
    clock.advance(1000);
    group.mark(file);
    file.finish();
    await settle();
    clock.advance(1000);
    expect(file.syncs).toBe(2);
    file.finish();
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('syncs finished files together, and not once more when their second has passed', async () => {
    const clock = new FakeClock();
    const group = new SyncGroup(clock);
    const [first, second] = [fakeFile(), fakeFile()];
    group.mark(first);
    const left: string[] = [];
    void group.leave(first).then(() => left.push('first'));
    void group.leave(second).then(() => left.push('second'));
    clock.advance(100);
    expect([first.writes, second.writes]).toEqual([1, 1]);
    expect([first.syncs, second.syncs]).toEqual([1, 1]);
    second.finish();
    await settle();
    expect(left).toEqual(['second']);
    // What the write of a finished file marks is synced already.
    group.mark(first);
    first.finish();
    await settle();
    expect(left).toEqual(['second', 'first']);
    clock.advance(2000);
    await settle();
    expect([first.syncs, second.syncs]).toEqual([1, 1]);
  });
});
