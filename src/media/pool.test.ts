import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteOf } from '../../test/support/media-process.ts';
import { longestTone, RtpTonePhone } from '../../test/support/tones.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { MediaPool } from './pool.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let dataDir: string;
let pools: MediaPool[];

function newPool(count: number): MediaPool {
  const pool = new MediaPool({
    count,
    dataDir,
    rtpHost: '127.0.0.1',
    rtpPorts: { low: 42_600, high: 42_799 },
    soundsDir: join(import.meta.dirname, '../../assets/sounds'),
    logLevel: 'warn',
    clock: systemClock,
    logger: silentLogger,
  });
  pools.push(pool);
  return pool;
}

beforeEach(async () => {
  pools = [];
  dataDir = await mkdtemp(join(tmpdir(), 'scc-pool-'));
});

afterEach(async () => {
  for (const pool of pools) await pool.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('MediaPool', () => {
  it('spreads calls over its processes', async () => {
    const pool = newPool(2);
    await pool.start();
    expect(new Set([pool.pick().index, pool.pick().index])).toEqual(new Set([0, 1]));
    expect(pool.ready).toBe(true);
  });

  it('keeps the audio of a call running while core is away, and adopts it afterwards', async () => {
    const first = newPool(1);
    await first.start();
    const phone = await RtpTonePhone.open({ frequency: 440 });
    const { host, port } = await first.pick().call('createRtpEndpoint', { endpoint: 'call', remote: remoteOf(phone) });
    await first.pick().call('setEcho', { endpoint: 'call', on: true });
    phone.start(host, port);
    await wait(100);

    first.detach();
    phone.forget();
    await wait(400);
    const second = newPool(1);
    await second.start();

    expect(longestTone(phone.heardMulaw(), 440)).toBeGreaterThan(300);
    const dump = await second.pick().call('dump', {});
    expect(dump.endpoints.map(({ endpoint }) => endpoint)).toEqual(['call']);
    phone.close();
  });

  it('tells that a process died and starts another in its place', async () => {
    const pool = newPool(1);
    await pool.start();
    const died: number[] = [];
    pool.events.on('processDied', ({ index }) => died.push(index));
    const { pid } = await pool.pick().call('ping', {});

    process.kill(pid, 'SIGKILL');
    while (died.length === 0) await wait(20);
    while (!pool.ready) await wait(20);

    const again = await pool.pick().call('ping', {});
    expect(died).toEqual([0]);
    expect(again.pid).not.toBe(pid);
  });

  it('ends its processes', async () => {
    const pool = newPool(1);
    await pool.start();
    const { pid } = await pool.pick().call('ping', {});
    await pool.stop();
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
