import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The harmless file that every scanner knows as malware (EICAR), put together here so that no scanner takes this source for it. */
export const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-'));

/** What the signature below is called in answers. */
export const EICAR_NAME = 'Scc.Test.Eicar.UNOFFICIAL';

export interface TestClamd {
  socket: string;
  stop(): Promise<void>;
}

/**
 * A real clamd on a Unix socket, with one signature of ours (the text of EICAR anywhere in a file): the real ones are downloaded.
 * @param streamMax largest file that it takes, as clamd.conf writes sizes
 */
export async function startClamd(streamMax = '25M'): Promise<TestClamd> {
  const folder = await mkdtemp(join(tmpdir(), 'scc-clamd-'));
  const [socket, config] = [join(folder, 'clamd.sock'), join(folder, 'clamd.conf')];
  await mkdir(join(folder, 'db'));
  await writeFile(join(folder, 'db', 'test.ndb'), `Scc.Test.Eicar:0:*:${EICAR.toString('hex')}\n`);
  await writeFile(config, [`LocalSocket ${socket}`, `DatabaseDirectory ${join(folder, 'db')}`, `TemporaryDirectory ${folder}`, `StreamMaxLength ${streamMax}`, 'Foreground yes', 'MaxThreads 2', 'SelfCheck 0', ''].join('\n'));
  const child = spawn('/usr/sbin/clamd', ['-c', config], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 200 || child.exitCode !== null) {
      await stop();
      throw new Error('clamd did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { socket, stop };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}
