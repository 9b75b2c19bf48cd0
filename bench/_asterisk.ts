/**
 * Asterisk beside ours, for `bench/peer.ts`: a system of its own in a folder (`debootstrap --variant=minbase --include=asterisk sid FOLDER`), because Debian 12
 * has none. Configured for the same work: `dial` joins the caller with an agent, `queue` waits in a queue and is recorded, both directions in one file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuOf, usageOf } from './_process.ts';
import type { Callee } from './_signalling-rate.ts';

const MODULES = '/usr/lib/x86_64-linux-gnu/asterisk/modules';
const MEMBERS = 500;
const READY_MS = 30_000;

interface Ports {
  sip: number;
  /** Where SIPp plays the agents. */
  agents: number;
  rtp: readonly [number, number];
}

const pjsip = ({ sip, agents }: Ports): string => {
  const endpoint = (name: string): string => `[${name}]\ntype=endpoint\ntransport=udp\ncontext=calls\ndisallow=all\nallow=ulaw\ndirect_media=no\naors=${name}\n`;
  const aor = (name: string): string => `[${name}]\ntype=aor\ncontact=sip:${name}@127.0.0.1:${agents}\n`;
  const members = Array.from({ length: MEMBERS }, (_, index) => `${endpoint(`a${index}`)}\n${aor(`a${index}`)}`);
  const identify = '[caller-ip]\ntype=identify\nendpoint=caller\nmatch=127.0.0.1\n';
  return [`[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:${sip}\n`, endpoint('caller'), aor('caller'), identify, endpoint('agent'), aor('agent'), ...members].join('\n');
};

function configuration(folder: string, ports: Ports): Record<string, string> {
  const own = ['etc', 'var', 'db', 'key', 'spool', 'run', 'log'].map((name) => `ast${{ var: 'varlib', key: 'key', run: 'run' }[name] ?? name}dir => ${folder}/${name}`);
  const member = (index: number): string => `member => PJSIP/a${index}`;
  return {
    'asterisk.conf': `[directories]\n${own.join('\n')}\nastdatadir => /usr/share/asterisk\nastmoddir => ${MODULES}\n[options]\nverbose = 0\n`,
    'modules.conf': '[modules]\nautoload=yes\n',
    'logger.conf': '[general]\n[logfiles]\nmessages => error\n',
    'rtp.conf': `[general]\nrtpstart=${ports.rtp[0]}\nrtpend=${ports.rtp[1]}\n`,
    'pjsip.conf': pjsip(ports),
    'extensions.conf': [
      '[calls]',
      'exten => dial,1,Dial(PJSIP/agent)',
      'exten => queue,1,Answer()',
      ' same => n,MixMonitor(${UNIQUEID}.wav)',
      ' same => n,Queue(agents)',
      '',
    ].join('\n'),
    'queues.conf': `[general]\nautofill=yes\n[agents]\nstrategy=rrmemory\nringinuse=no\ntimeout=15\n${Array.from({ length: MEMBERS }, (_, index) => member(index)).join('\n')}\n`,
    'musiconhold.conf': '[default]\nmode=files\ndirectory=/usr/share/asterisk/moh\n',
  };
}

export interface Asterisk extends Callee {
  version: string;
  rssBytes(): number;
  stop(): Promise<void>;
}

/**
 * Starts it.
 * @param root the folder with its system; this needs root, as chroot(2) does
 * @throws Error when it is not there or not ready after 30 s
 */
export async function startAsterisk(root: string, ports: Ports): Promise<Asterisk> {
  if (!existsSync(join(root, 'usr/sbin/asterisk'))) throw new Error(`no Asterisk in ${root}: debootstrap --variant=minbase --include=asterisk sid ${root}`);
  const folder = mkdtempSync(join(root, 'tmp/scc-peer-'));
  const inside = folder.slice(join(root, '/').length - 1);
  for (const name of ['etc', 'var', 'db', 'key', 'spool/monitor', 'run', 'log']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(configuration(inside, ports))) writeFileSync(join(folder, 'etc', name), text);
  chmodSync(folder, 0o755);
  const child = spawn('/usr/sbin/chroot', [root, '/usr/sbin/asterisk', '-f', '-C', `${inside}/etc/asterisk.conf`], { stdio: 'ignore', detached: true });
  const pid = child.pid ?? 0;
  const ask = (command: string): Promise<string> => remote(root, `${inside}/etc/asterisk.conf`, command);
  try {
    await ready(child, ask);
    return {
      version: (await output('/usr/sbin/chroot', [root, '/usr/sbin/asterisk', '-V'])).trim(),
      sipPort: ports.sip,
      cpu: () => ({ core: cpuOf(pid), media: 0, database: 0 }),
      rssBytes: () => usageOf(pid).rssBytes,
      stop: () => ended(child, folder),
    };
  } catch (error) {
    await ended(child, folder);
    throw error;
  }
}

async function ready(child: ChildProcess, ask: (command: string) => Promise<string>): Promise<void> {
  const until = performance.now() + READY_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`Asterisk ended with ${child.exitCode}`);
    if ((await ask('core show uptime')).includes('System uptime') && (await ask('pjsip show transports')).includes('udp')) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`Asterisk is not ready after ${READY_MS / 1000} s`);
}

const remote = (root: string, file: string, command: string): Promise<string> => output('/usr/sbin/chroot', [root, '/usr/sbin/asterisk', '-C', file, '-rx', command]);

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  await once(child, 'close');
  return text;
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  const exit = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  child.kill('SIGKILL');
  await exit;
  rmSync(folder, { recursive: true, force: true });
}
