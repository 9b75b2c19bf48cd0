/** SIPVicious, the tool that most attackers use, against the product: names are not told apart, passwords are not found. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { digestHa1 } from '../../src/protocol/sip/digest.ts';
import { DEFAULT_AUTH_LIMITS } from '../../src/sip/authenticator.ts';
import { SipUserAgent } from '../../src/sip/sip-agent.ts';
import { startProduct, type Product } from '../support/product.ts';
import { SipPhone } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { runScc, scenario, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
const folder = mkdtempSync(join(tmpdir(), 'scc-vicious-'));
let supervisor: ApiSession;
let password = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

/** Runs one of the tools to its end. @returns all that it printed */
function vicious(tool: 'svwar' | 'svcrack', port: number, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // Its sessions are kept below the home folder.
    const child = spawn(tool, [...args, '-b', '127.0.0.1', `udp://127.0.0.1:${port}`], { cwd: folder, env: { ...process.env, HOME: folder } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

/** A word list. @returns its path */
function words(name: string, list: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${list.join('\n')}\n`);
  return path;
}

/** A registrar as there are many: it asks known names for a password, and says of others that it does not know them. */
async function leakyRegistrar(known: string): Promise<{ port: number; stop: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port, address }) => {
    const request = bytes.toString('latin1');
    const lines = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => new RegExp(`^${name}: .*$`, 'm').exec(request)?.[0].trim() ?? '');
    const isKnown = lines[2]?.includes(`sip:${known}@`);
    const status = isKnown ? ['SIP/2.0 401 Unauthorized', 'WWW-Authenticate: Digest realm="x", nonce="n", algorithm=MD5'] : ['SIP/2.0 404 Not Found'];
    socket.send(`${[...status, ...lines, 'Content-Length: 0', '', ''].join('\r\n')}`, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, stop: () => socket.close() };
}

/** An agent of ours that offers MD5 alone, as the tool knows nothing else. */
async function md5Agent(tries: number): Promise<{ port: number; agent: SipUserAgent }> {
  const agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    authLimits: { algorithms: ['MD5'], tries },
    onEvent: () => undefined,
    directory: {
      trunkFor: () => null,
      deviceSecret: (realm, user, algorithm) => Promise.resolve(user === '7005' ? { deviceId: user, tenantId: 't', ha1: digestHa1(algorithm, user, realm, 'tangerine') } : null),
      bindingsChanged: () => undefined,
    },
  });
  const { udpPort } = await agent.start();
  return { port: udpPort, agent };
}

const MANY = [...Array.from({ length: 300 }, (_, index) => `word${index}`), 'tangerine'];

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(scene.product, 'sv1');
  const created = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7005' });
  expect(created.status).toBe(200);
  password = created.body.password;
});

afterAll(async () => {
  await scene.product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const SWEEP = ['--force', '-e', '7000-7010', '-m', 'REGISTER'];

scenario(scene, 'svwar finds the name of a telephone elsewhere, and none here', async () => {
  const leaky = await leakyRegistrar('7005');
  const elsewhere = await vicious('svwar', leaky.port, SWEEP);
  leaky.stop();
  expect(elsewhere, 'the control: the tool works').toMatch(/7005\s*[|│]\s*reqauth/);

  const here = await vicious('svwar', started().sipPort, SWEEP);
  expect(here).toContain('found nothing');
  expect(here).not.toContain('7005');
});

scenario(scene, 'svcrack finds a password where the tries are not limited, and not where they are', async () => {
  const list = words('many.txt', MANY);
  const open = await md5Agent(100_000);
  const found = await vicious('svcrack', open.port, ['-u', '7005', '-d', list]);
  await open.agent.stop();
  expect(found, 'the control: the tool works').toMatch(/7005\s*[|│]\s*tangerine/);

  const limited = await md5Agent(DEFAULT_AUTH_LIMITS.tries);
  const tried = await vicious('svcrack', limited.port, ['-u', '7005', '-d', list]);
  await limited.agent.stop();
  expect(tried).not.toContain('tangerine');

  const product = await vicious('svcrack', started().sipPort, ['-u', '7005', '-d', words('product.txt', [...MANY, password])]);
  expect(product).not.toContain(password);
});

/** A telephone on a TCP connection. @returns how many connections it has */
async function connected(): Promise<{ phone: SipPhone; register: () => Promise<number>; connections: () => unknown }> {
  const phone = await SipPhone.start({ host: '127.0.0.9', user: '7005', account: { realm: 'demo', username: '7005', password } });
  const registrar = `sip:127.0.0.1:${started().sipPort};transport=tcp`;
  return { phone, register: () => phone.agent.registration({ registrar, aor: 'sip:7005@127.0.0.1', user: '7005', expires: 300, credentials: { realm: 'demo', username: '7005', password } }).register(), connections: () => (phone.agent.dump().tcp as { connections: number }).connections };
}

scenario(scene, 'the owner registers all the while; switched off, the telephone is cut off at once and kept out', async () => {
  const { phone, register, connections } = await connected();
  expect(await register()).toBe(200);
  expect(connections()).toBe(1);
  const [device] = (await supervisor.list<{ id: string; username: string }>('/devices')).filter(({ username }) => username === '7005');

  expect((await supervisor.send('PATCH', `/devices/${device?.id}`, { enabled: false })).status).toBe(200);
  await expect.poll(connections, { timeout: 1000 }).toBe(0);
  expect(await register()).toBe(401);

  expect((await supervisor.send('PATCH', `/devices/${device?.id}`, { enabled: true })).status).toBe(200);
  expect(await register()).toBe(200);
  await phone.stop();
});

scenario(scene, 'a suspended tenant has no telephones', async () => {
  const { phone, register, connections } = await connected();
  expect(await register()).toBe(200);

  expect(await runScc(started(), ['tenant', 'suspend', 'demo'])).toMatchObject({ code: 0 });
  // The product looks every five seconds at what the command line did.
  await expect.poll(connections, { timeout: 12_000 }).toBe(0);
  expect(await register()).toBe(401);

  expect(await runScc(started(), ['tenant', 'resume', 'demo'])).toMatchObject({ code: 0 });
  // Seldom enough not to use up the tries that a wrong password has.
  await expect.poll(register, { timeout: 15_000, interval: 2_000 }).toBe(200);
  await phone.stop();
});

scenario(scene, 'all of it is counted', async () => {
  const text = await (await fetch(`${started().operatorUrl}/metrics`)).text();
  const value = (line: string): number => Number(text.split('\n').find((each) => each.startsWith(line))?.split(' ').at(-1));
  expect(value('scc_sip_responses_sent_total{status="401"}')).toBeGreaterThan(10);
  expect(value('scc_sip_messages_received_total{kind="request",what="REGISTER"}')).toBeGreaterThan(10);
  expect(value('scc_sip_overloaded')).toBe(0);
});
