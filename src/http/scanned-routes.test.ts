/** Every file that is uploaded is scanned by a real clamd before anybody reads or keeps it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allRoutes } from '../../shared/api/index.ts';
import type { RouteContract } from '../../shared/contract.ts';
import { EICAR, EICAR_NAME, startClamd, type TestClamd } from '../../test/support/clamd.ts';
import { toneWav } from '../../test/support/tone-wav.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger, type Logger } from '../lib/logger.ts';
import { internetAnd } from '../lib/outside-request.ts';
import { createSpeechSource } from '../modules/prompts/speech-source.ts';
import { createScanner } from '../modules/scanner/scanner.ts';
import { auditDetails, createWorld, type TestClient, type World } from './testing/world.ts';

const registry = new Registry();
const told: object[] = [];
const logger: Logger = { ...silentLogger, warn: (fields) => told.push(fields), error: (fields) => told.push(fields) };
const infected = Buffer.concat([toneWav(440, 8000, 1, 1), EICAR]);

let clamd: TestClamd;
let vendor: Server;
let world: World;
let sv: TestClient;
beforeAll(async () => {
  clamd = await startClamd();
  const scanner = createScanner({ place: { path: clamd.socket }, clock: systemClock, logger, registry });
  vendor = createServer((request, response) => void request.resume().on('end', () => response.end(infected)));
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  world = await createWorld({ scanner, speech: createSpeechSource({ builtIn: null, registry, logger: silentLogger, scanner, world: internetAnd(['127.0.0.1']) }) });
  sv = await world.logIn(await world.addTenant('acme', 'Acme'), 'sv1');
});
afterAll(async () => {
  vendor.closeAllConnections();
  vendor.close();
  await world.close();
  await clamd.stop();
});

const routes: readonly RouteContract[] = allRoutes;
const uploads = routes.filter(({ upload }) => upload !== undefined);
const send = ({ method, path, upload }: RouteContract, file: Buffer) => sv.call(method, path.replaceAll('{name}', 'own%2Fgreeting'), file, { 'content-type': upload ?? '' });
async function stored(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of world.store.list('prompts')) paths.push(path);
  return paths;
}

it('each route that takes a file refuses malware: a note in the audit log, a count, a log line, and nothing is kept', async () => {
  expect(uploads.map(({ id }) => id).toSorted()).toEqual(['importUsers', 'replacePrompt']);
  const users = async () => (await sv.call('GET', '/users')).body.items?.length;
  const before = await users();
  for (const route of uploads) {
    const { status, body } = await send(route, infected);
    expect([route.id, status, body.code, (body as { signature?: string }).signature]).toEqual([route.id, 422, 'malware_found', EICAR_NAME]);
  }
  const sha256 = createHash('sha256').update(infected).digest('hex');
  expect(await auditDetails(sv, 'file.refused')).toEqual(uploads.map(() => ({ signature: EICAR_NAME, sizeBytes: infected.length, sha256 })));
  const { items } = (await sv.call('GET', '/audit?code=file.refused')).body as unknown as { items: { subjectId: string }[] };
  expect(items.map(({ subjectId }) => subjectId).toSorted()).toEqual(uploads.map(({ id }) => id).toSorted());
  expect(told.filter((fields) => 'signature' in fields)).toHaveLength(uploads.length);
  expect(await registry.metrics()).toContain(`scc_files_scanned_total{outcome="found"} ${uploads.length}`);
  expect([await users(), await stored()]).toEqual([before, []]);
});

it('what is clean goes on to its own checks', async () => {
  const [prompt, users] = [uploads.find(({ id }) => id === 'replacePrompt'), uploads.find(({ id }) => id === 'importUsers')];
  if (!prompt || !users) throw new Error('the routes have other names');
  expect((await send(prompt, toneWav(440, 8000, 1, 1))).body).toMatchObject({ name: 'own/greeting', own: true });
  expect((await send(prompt, Buffer.from('no sound'))).body.code).toBe('invalid');
  expect((await send(users, Buffer.from('ログインID,氏名,プロファイル\r\n'))).status).toBe(200);
  expect(await stored()).toHaveLength(1);
});

it('a sound that a server outside spoke is scanned too', async () => {
  const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/speak`;
  await sv.call('PUT', '/speech/provider', { url, keyHeader: 'authorization', voiceJa: 'hana', voiceEn: null, body: '{"input": {text}}', answerPath: '', timeoutMs: 5000 });
  const refused = await sv.call('POST', '/prompts/own%2Fspoken/speech', { text: 'こんにちは', language: 'ja' });
  expect([refused.status, refused.body.code]).toEqual([422, 'malware_found']);
  expect((await auditDetails(sv, 'file.refused'))[0]).toEqual({ signature: EICAR_NAME });
  expect(await stored()).toHaveLength(1);
});

it('tenants are told whether files are scanned', async () => {
  expect((await sv.call('GET', '/service-status')).body).toMatchObject({ filesAreScanned: true });
  const without = await createWorld();
  const other = await without.logIn(await without.addTenant('acme', 'Acme'), 'sv1');
  expect((await other.call('GET', '/service-status')).body).toMatchObject({ filesAreScanned: false });
  expect((await other.call('PUT', '/prompts/own%2Fgreeting', infected, { 'content-type': 'audio/wav' })).status, 'control: the scanner alone refuses this file').toBe(200);
  await without.close();
});

it('while the scanner is away no file is taken, clean or not, and everything else goes on', async () => {
  await clamd.stop();
  for (const route of uploads) {
    const { status, body } = await send(route, toneWav(440, 8000, 1, 1));
    expect([route.id, status, body.code]).toEqual([route.id, 503, 'scanner_unavailable']);
  }
  expect(await stored()).toHaveLength(1);
  expect((await sv.call('GET', '/prompts')).status).toBe(200);
});
