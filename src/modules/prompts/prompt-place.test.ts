import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../../test/support/media-process.ts';
import { longestTone, RtpTonePhone } from '../../../test/support/tones.ts';
import { FakeClock } from '../../lib/clock.ts';
import { newId, uuidv7 } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { createFileStore } from '../../store/file-store.ts';
import { LoadedTenantVault } from '../../vault/tenant-vault.ts';
import { openPrompt, sealPrompt } from './prompt-place.ts';
import { sweepPrompts } from './prompt-sweep.ts';

const tenantId = newId();
const vault = new LoadedTenantVault(tenantId, new Map([[1, randomBytes(32)]]));

/** Two seconds of a tone as a WAV file. */
function toneWav(frequency: number): Buffer {
  const samples = 16_000;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(8000, 24);
  file.writeUInt32LE(16_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) file.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * frequency * at) / 8000)), 44 + at * 2);
  return file;
}

let folder: string;
let media: MediaProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scc-prompts-'));
  media = await startMediaProcess('42500-42549');
});

afterAll(async () => {
  await media.stop();
  await rm(folder, { recursive: true, force: true });
});

async function stored(wav: Buffer) {
  const store = createFileStore(folder);
  const { objectPath, sealed, keyVersion, wrappedKey } = sealPrompt(vault, tenantId, newId(), wav);
  await store.put(objectPath, sealed);
  return { path: await store.localPath(objectPath), prompt: openPrompt(vault, { object_path: objectPath, key_version: keyVersion, wrapped_key: wrappedKey }) };
}

describe('a sealed sound', () => {
  it('lies on the disk without a plain byte, and is heard by the caller', async () => {
    const wav = toneWav(620);
    const { path, prompt } = await stored(wav);
    const bytes = await readFile(path);
    expect(bytes.includes('RIFF')).toBe(false);
    for (const at of [44, 5000, 20_000]) expect(bytes.includes(wav.subarray(at, at + 8))).toBe(false);

    const phone = await RtpTonePhone.open({ frequency: 440 });
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'e', remote: remoteOf(phone) });
    phone.start(host, port);
    const { key, associatedData } = prompt;
    await media.client.call('play', { endpoint: 'e', playback: 'p', source: { files: [{ path, key, associatedData }], loop: false } });
    await media.event('playFinished');
    expect(longestTone(phone.heardMulaw(), 620)).toBeGreaterThan(1500);
    phone.close();
  });

  it('does not open under another key, at another place, or as a plain file, even after it was heard', async () => {
    const { path, prompt } = await stored(toneWav(620));
    const { key, associatedData } = prompt;
    await media.client.call('createRtpEndpoint', { endpoint: 'f', remote: null });
    const play = (file: string | { path: string; key: string; associatedData: string }) =>
      media.client.call('play', { endpoint: 'f', playback: 'p', source: { files: [file], loop: false } });
    await play({ path, key, associatedData });
    for (const wrong of [
      { path, key: randomBytes(32).toString('base64'), associatedData },
      { path, key: 'short', associatedData },
      { path, key, associatedData: `${associatedData}x` },
      path,
    ]) {
      await expect(play(wrong)).rejects.toMatchObject({ code: 'unknown_sound' });
    }
  });
});

describe('sweepPrompts', () => {
  it('deletes at a start what no row names, but not what may be an upload of this moment', async () => {
    const clock = new FakeClock();
    const store = createFileStore(join(folder, 'sweep'));
    const old = clock.wall() - 3_600_000;
    const pathOf = (at: number) => `prompts/${tenantId}/${uuidv7(at)}.sccr`;
    const [used, forgotten, fresh] = [pathOf(old), pathOf(old), pathOf(clock.wall() - 1000)];
    for (const path of [used, forgotten, fresh]) await store.put(path, Buffer.from('x'));
    const directory = { tenants: () => Promise.resolve([{ id: tenantId }]) };
    const withTenant = () => Promise.resolve([{ object_path: used }]);

    await sweepPrompts({ database: { directory, withTenant } as never, store, clock, logger: silentLogger });

    const left: string[] = [];
    for await (const { path } of store.list('prompts')) left.push(path);
    expect(left.toSorted()).toEqual([used, fresh].toSorted());
  });
});
