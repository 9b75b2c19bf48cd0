import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFileStore } from '../store/file-store.ts';
import { draftStore } from './draft-store.ts';
import { recordingPort } from './recording-port.ts';

const database = { vaultOf: () => Promise.resolve({ newObjectKey: () => ({ key: Buffer.alloc(32), wrapped: Buffer.alloc(40), keyVersion: 1 }) } as never) };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scc-drafts-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('removes what a draft recorded when a crash left it, of its own tenant and nothing that is kept', async () => {
  const store = createFileStore(folder);
  const [ours, theirs] = [draftStore(database, store, 'a'), draftStore(database, store, 'b')];
  const draft = await ours.recordings.open('a', 'one');
  const others = [await theirs.recordings.open('b', 'two'), await recordingPort(database, store).open('a', 'three')];
  for (const { path } of [draft, ...others]) await writeFile(path, 'sealed');
  expect([await ours.clear(), await ours.clear()]).toEqual([1, 0]);
  await expect(store.info(draft.file.objectPath)).rejects.toMatchObject({ code: 'not_found' });
  for (const { file } of others) expect((await store.info(file.objectPath)).sizeBytes).toBe(6);
});
