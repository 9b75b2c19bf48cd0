import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toneWav } from '../../test/support/tone-wav.ts';
import { silentLogger } from '../lib/logger.ts';
import { internetAnd } from '../lib/outside-request.ts';
import { createSpeechSource } from '../modules/prompts/speech-source.ts';
import type { SpeechProvider } from '../modules/prompts/speech.ts';
import { createWorld, type TestClient, type TestPeople, type World } from './testing/world.ts';

const KEY = 'Bearer very-secret-key';
const machine: SpeechProvider = { name: 'Machine', key: '', languages: ['ja', 'en'], speak: () => Promise.resolve(Buffer.from(toneWav(300, 8000, 1, 1))) };
const registry = new Registry();

/** The vendor: what it was asked, and what it answers. */
const asked: { key: string | undefined; body: unknown }[] = [];
let answer: { status: number; content: Buffer };
let vendor: Server;
let world: World;
let people: TestPeople;
let sv: TestClient;

const wav = (): Buffer => Buffer.from(toneWav(500, 8000, 1, 1));
const settings = (more: object = {}) => ({
  url: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/speak`, keyHeader: 'authorization', voiceJa: 'hana', voiceEn: null, body: '{"input": {text}, "voice": {voice}}', answerPath: '', timeoutMs: 1000, ...more,
});
const put = (more: object = {}) => sv.call('PUT', '/speech/provider', settings(more));
const speak = (text: string, language = 'ja') => sv.call('POST', '/speech/test', { text, language });
const counted = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('scc_speech_texts_total{'));

beforeAll(async () => {
  vendor = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push({ key: request.headers.authorization, body: JSON.parse(body) });
      response.writeHead(answer.status).end(answer.content);
    });
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  answer = { status: 200, content: wav() };
  world = await createWorld({ speech: createSpeechSource({ builtIn: machine, registry, logger: silentLogger, world: internetAnd(['127.0.0.1']) }) });
  people = await world.addTenant('speakers', 'Speakers');
  sv = await world.logIn(people, 'sv1');
});
afterAll(async () => {
  vendor.closeAllConnections();
  vendor.close();
  await world.close();
});

describe('text to speech over HTTP', () => {
  it('is the machine’s matter until a provider is set, language by language', async () => {
    expect((await sv.call('GET', '/speech/provider')).body).toEqual({ provider: null });
    expect((await speak('こんにちは')).raw).toEqual(Buffer.from(toneWav(300, 8000, 1, 1)));
    expect((await put({ key: KEY })).body).toMatchObject({ provider: { voiceJa: 'hana', hasKey: true } });
    const spoken = await speak('こんにちは "世界"');
    expect([spoken.status, spoken.headers['content-type'], spoken.raw]).toEqual([200, 'audio/wav', wav()]);
    expect(asked).toEqual([{ key: KEY, body: { input: 'こんにちは "世界"', voice: 'hana' } }]);
    expect((await speak('Hello', 'en')).raw).toEqual(Buffer.from(toneWav(300, 8000, 1, 1)));
    expect(asked).toHaveLength(1);
    expect((await sv.call('GET', '/speech')).body).toMatchObject({ languages: ['ja', 'en'] });
  });

  it('never shows the key, keeps it sealed, and gives it to no other server', async () => {
    const [shown, audit] = [await sv.call('GET', '/speech/provider'), await sv.call('GET', '/audit?limit=50')];
    for (const { raw } of [shown, audit]) expect(raw.toString()).not.toContain('very-secret-key');
    const { rows } = await world.db.ownerClient.query<{ sealed: Buffer }>('select sealed from speech_providers');
    expect(rows[0]?.sealed.toString('latin1')).not.toMatch(/very-secret-key|hana/);
    expect((await put({ url: 'https://elsewhere.example/speak' })).body).toMatchObject({ code: 'invalid', errors: [{ path: 'body.key' }] });
    await put({ timeoutMs: 900 });
    await speak('もう いちど');
    expect(asked.at(-1)?.key).toBe(KEY);
  });

  it('refuses what is no request: headers that would change it, bodies without the text', async () => {
    for (const wrong of [{ keyHeader: 'host' }, { keyHeader: 'content-length' }, { body: '{"input": "always the same"}' }, { body: '{"input": {text}' }, { url: 'file:///etc/passwd' }]) expect((await put(wrong)).status).toBe(400);
    expect((await put({ key: 'a\r\nx-more: b' })).status).not.toBe(200);
  });

  it('reads a sound in Base64 out of an answer of JSON', async () => {
    await put({ answerPath: 'data.0.audioContent' });
    answer = { status: 200, content: Buffer.from(JSON.stringify({ data: [{ audioContent: wav().toString('base64') }] })) };
    expect((await speak('ベース')).raw).toEqual(wav());
    await put();
  });

  it.each([
    ['an error', { status: 500, content: Buffer.from('no') }, 'status 500'],
    ['something that is no sound', { status: 200, content: Buffer.from('<html>') }, 'no WAV file'],
    ['more than a sound may be', { status: 200, content: Buffer.alloc(13 * 1024 * 1024) }, 'answer_too_long'],
  ])('says why nothing was spoken, and publishes nothing: %s', async (_name, given, reason) => {
    answer = given;
    const failed = await speak('しっぱい');
    expect([failed.status, failed.body.code]).toEqual([502, 'speech_failed']);
    expect(JSON.stringify(failed.body)).toContain(reason);
    const draft = { start: 's', nodes: { s: { verb: 'say', language: 'ja', parts: [{ kind: 'text', text: 'しっぱい' }], next: 'end' }, end: { verb: 'hangup' } } };
    const flow = (await sv.call('POST', '/flows', { code: `f${reason.length}`, name: 'x', draft })).body as unknown as { id: string; draftRevision: number };
    const refused = await sv.call('POST', `/flows/${flow.id}/publish`, { revision: flow.draftRevision });
    expect(refused.body.code).toBe('speech_failed');
    expect((await sv.call('GET', `/flows/${flow.id}`)).body).toMatchObject({ version: 0 });
    expect((await counted()).some((line) => line.includes('provider="tenant",outcome="failed"'))).toBe(true);
  });

  it('speaks a text of a flow once; another voice speaks it again', async () => {
    answer = { status: 200, content: wav() };
    const draft = (text: string) => ({ start: 's', nodes: { s: { verb: 'say', language: 'ja', parts: [{ kind: 'text', text }], next: 'end' }, end: { verb: 'hangup' } } });
    const publish = async (code: string) => {
      const flow = (await sv.call('POST', '/flows', { code, name: code, draft: draft('ようこそ') })).body as unknown as { id: string; draftRevision: number };
      const done = await sv.call('POST', `/flows/${flow.id}/publish`, { revision: flow.draftRevision });
      return (done.body as unknown as { definition: { nodes: { s: { parts: { sound: string }[] } } } }).definition.nodes.s.parts[0]?.sound;
    };
    const before = asked.length;
    const [first, second] = [await publish('one'), await publish('two')];
    expect([first === second, asked.length - before]).toEqual([true, 1]);
    await put({ voiceJa: 'ken' });
    expect(await publish('three')).not.toBe(first);
    expect(asked.length - before).toBe(2);
  });

  it('goes to no inner address that the operator does not allow', async () => {
    const other = await createWorld({ speech: createSpeechSource({ builtIn: null, registry: new Registry(), logger: silentLogger }) });
    const client = await other.logIn(await other.addTenant('inner', 'Inner'), 'sv1');
    expect((await client.call('PUT', '/speech/provider', settings())).status).toBe(200);
    const before = asked.length;
    const refused = await client.call('POST', '/speech/test', { text: 'あ', language: 'ja' });
    expect([refused.body.code, JSON.stringify(refused.body).includes('address_not_allowed'), asked.length - before]).toEqual(['speech_failed', true, 0]);
    await other.close();
  });

  it('is for who manages settings only, leaves a trail, and can be given up', async () => {
    const csr = await world.logIn(people, 'csr1');
    expect([(await csr.call('GET', '/speech/provider')).status, (await csr.call('POST', '/speech/test', { text: 'あ', language: 'ja' })).status]).toEqual([403, 403]);
    expect((await sv.call('DELETE', '/speech/provider')).status).toBe(204);
    expect((await sv.call('GET', '/speech/provider')).body).toEqual({ provider: null });
    const { items } = (await sv.call('GET', '/audit?limit=200')).body as unknown as { items: { code: string }[] };
    expect(items.filter(({ code }) => code.startsWith('tenant.speech')).length).toBeGreaterThan(3);
  });
});
