import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HANDED_KEY_VARIABLE } from './handed-key.ts';
import { MasterKey } from './master-key.ts';

/** A process that opens the master key, with what is written into its pipe. */
async function inProcess(give: (pipe: Writable) => void): Promise<string> {
  const module = pathToFileURL(join(import.meta.dirname, 'open-master-key.ts')).href;
  const code = `const { openMasterKey, masterKeyWay } = await import(${JSON.stringify(module)});
    const place = { masterKeyFile: '/does/not/exist' };
    const [a, b] = [await openMasterKey(place), await openMasterKey(place)];
    console.log(JSON.stringify([a === b, a.databasePassword('x'), masterKeyWay(place).way, process.env.${HANDED_KEY_VARIABLE} ?? null]));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { ...process.env, [HANDED_KEY_VARIABLE]: '3' } });
  give(child.stdio[3] as Writable);
  const outputOf = (stream: Readable | null): Promise<string> => (stream ? text(stream) : Promise.resolve(''));
  const [out, error] = await Promise.all([outputOf(child.stdout), outputOf(child.stderr), once(child, 'exit')]);
  return out === '' ? error : out;
}

it('reaches a process of ours over its pipe, once, and goes no further', async () => {
  const master = MasterKey.random();
  expect(JSON.parse(await inProcess((pipe) => master.handTo(pipe)))).toEqual([true, master.databasePassword('x'), 'parent', null]);
});

it('is no key when the pipe ends too early', async () => {
  expect(await inProcess((pipe) => pipe.end(Buffer.alloc(31)))).toContain('A master key has 32 bytes, this one has 31.');
});
