import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKms, type KmsServer } from '../../test/support/kms-server.ts';
import type { KmsConfig } from '../lib/config.ts';
import { AwsKeyService } from './aws-key-service.ts';
import type { KeyServiceError, KeyServiceFault } from './key-service.ts';
import { loadMasterKey, nextMasterKeyFile, readMasterKeyFile, wrappedFileText } from './master-key-file.ts';
import { MasterKeyError } from './master-key.ts';
import { moveToFile, moveToService, plainCopiesBeside, plainCopyOf, putMasterKey, type MoveStep } from './move-master-key.ts';
import { demandPlaceAsConfigured, openMasterKey, type MasterKeyPlace } from './open-master-key.ts';

const CONTEXT = { application: 'test', installation: 'a' };
const KEY = Buffer.alloc(32, 7);

let kms: KmsServer;
let arn: string;
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  kms = await startKms();
  Object.assign(process.env, kms.environment);
});
afterAll(async () => {
  process.env = before;
  await kms.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scc-kms-'));
  arn = kms.addKey('scc');
});
afterEach(() => {
  kms.outage = null;
  kms.lies = false;
  kms.denied.clear();
  rmSync(folder, { recursive: true });
});

const config = (keyId = arn): KmsConfig => ({ keyId, region: kms.region, endpoint: kms.endpoint });
const place = (keyId?: string): MasterKeyPlace & { masterKeyFile: string } => ({ masterKeyFile: join(folder, 'master.key'), kms: config(keyId) });
const fault = (kind: KeyServiceFault) => expect.objectContaining({ name: 'KeyServiceError', kind });
/** The same key opens the same. */
const nameOf = async (of: MasterKeyPlace): Promise<string> => (await openMasterKey(of, { patienceMs: 0 })).databasePassword('x');

describe('a key service', () => {
  it('wraps under an alias as under the key, and names the key; each request is signed and counted', async () => {
    const counted: string[] = [];
    const service = new AwsKeyService(config('alias/scc'), (action, outcome) => counted.push(`${action} ${outcome}`));
    const wrapped = await service.wrap(KEY, CONTEXT);
    expect(wrapped.keyId).toBe(arn);
    expect(wrapped.ciphertext.includes(KEY)).toBe(false);
    expect(await service.unwrap(wrapped, { installation: 'a', application: 'test' })).toEqual(KEY);
    expect(await service.describe()).toEqual({ keyId: arn, state: 'Enabled', deletionAt: null });
    expect(counted).toEqual(['Encrypt ok', 'Decrypt ok', 'DescribeKey ok']);
    expect(kms.requests.slice(-3)).toMatchObject([{ action: 'Encrypt', context: CONTEXT }, { action: 'Decrypt', keyId: arn, context: CONTEXT }, { action: 'DescribeKey' }]);
  });

  it('opens what it wrapped after the service rotated its key, and puts it under another key', async () => {
    const service = new AwsKeyService(config());
    const wrapped = await service.wrap(KEY, CONTEXT);
    kms.rotate(arn);
    expect(await service.unwrap(wrapped, CONTEXT)).toEqual(KEY);
    const other = new AwsKeyService(config(kms.addKey()));
    const moved = await other.rewrap(wrapped, CONTEXT);
    expect(moved.keyId).toBe(other.keyId);
    expect(await other.unwrap(moved, CONTEXT)).toEqual(KEY);
    // ReEncrypt bound it to the same context again.
    await expect(other.unwrap(moved, {})).rejects.toEqual(fault('wrong_context'));
    kms.forget(arn);
    expect(await other.unwrap(moved, CONTEXT)).toEqual(KEY);
    await expect(service.unwrap(wrapped, CONTEXT)).rejects.toEqual(fault('not_found'));
  });

  it('says what is wrong, each in its way, and names key and region but no secret', async () => {
    const service = new AwsKeyService(config(), () => undefined, 300);
    const wrapped = await service.wrap(KEY, CONTEXT);
    const refused = async (kind: KeyServiceFault, work: () => Promise<unknown> = () => service.unwrap(wrapped, CONTEXT)): Promise<void> => {
      const error = (await work().then(() => null, (reason: unknown) => reason)) as KeyServiceError | null;
      expect(error).toEqual(fault(kind));
      expect(error?.message).toContain(kms.region);
      expect(error?.message).toMatch(/arn:aws:kms/);
      for (const secret of [kms.credentials.secretAccessKey, KEY.toString('base64'), wrapped.ciphertext.toString('base64')]) expect(error?.message).not.toContain(secret);
    };
    await refused('wrong_context', () => service.unwrap(wrapped, { ...CONTEXT, installation: 'b' }));
    await refused('wrong_context', () => service.unwrap(wrapped, {}));
    await refused('wrong_key', () => service.unwrap({ ...wrapped, keyId: kms.addKey() }, CONTEXT));
    const changed = Buffer.from(wrapped.ciphertext);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    await refused('wrong_context', () => service.unwrap({ ...wrapped, ciphertext: changed }, CONTEXT));
    kms.denied.add('Decrypt');
    await refused('denied');
    kms.denied.clear();
    kms.setState(arn, 'Disabled');
    await refused('disabled');
    kms.setState(arn, 'PendingDeletion');
    await refused('pending_deletion');
    kms.denied.add('DescribeKey');
    await refused('pending_deletion');
    kms.denied.clear();
    kms.setState(arn, 'Enabled');
    for (const outage of [{ status: 500, type: 'KMSInternalException' }, { status: 400, type: 'ThrottlingException' }, { status: 503, type: 'x' }, 'hangs'] as const) {
      kms.outage = outage;
      await refused('unreachable');
    }
    kms.outage = null;
    await kms.close();
    await refused('unreachable');
    await kms.listen();
    expect(await service.unwrap(wrapped, CONTEXT)).toEqual(KEY);
  });

  it('does not take a wrong signature, nor none', async () => {
    const { secretAccessKey } = kms.credentials;
    process.env['AWS_SECRET_ACCESS_KEY'] = `${secretAccessKey}x`;
    await expect(new AwsKeyService(config()).wrap(KEY, CONTEXT)).rejects.toEqual(fault('credentials'));
    Object.assign(process.env, { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ACCESS_KEY_ID: 'AKIASOMEBODYELSE' });
    await expect(new AwsKeyService(config()).wrap(KEY, CONTEXT)).rejects.toEqual(fault('credentials'));
    Object.assign(process.env, kms.environment);
    const unsigned = await fetch(kms.endpoint, { method: 'POST', headers: { 'x-amz-target': 'TrentService.DescribeKey' }, body: JSON.stringify({ KeyId: arn }) });
    expect(unsigned.status).toBe(400);
    expect(await unsigned.text()).toContain('MissingAuthenticationToken');
  });

  it('is not asked without TLS, however its address came about', async () => {
    const service = new AwsKeyService({ ...config(), endpoint: 'http://192.0.2.1' });
    await expect(service.wrap(KEY, CONTEXT)).rejects.toEqual(fault('failed'));
    await expect(service.wrap(KEY, CONTEXT)).rejects.toThrow('192.0.2.1 is not asked without TLS');
  });

  it('opens with the replica of a multi-Region key that is configured', async () => {
    const id = 'mrk-1234abcd12ab34cd56ef1234567890ab';
    const original = kms.addKey(undefined, id);
    const wrapped = await new AwsKeyService(config(original)).wrap(KEY, CONTEXT);
    const elsewhere = { ...wrapped, keyId: original.replace(kms.region, 'us-east-1') };
    expect(await new AwsKeyService(config(original)).unwrap(elsewhere, CONTEXT)).toEqual(KEY);
    // Asked in the region of the original, the server refuses the signature's scope.
    await expect(new AwsKeyService(config()).unwrap(elsewhere, CONTEXT)).rejects.toEqual(fault('credentials'));
  });
});

describe('a wrapped master key', () => {
  it('is made by a new installation; its file holds no key, and is the same for all who start at once', async () => {
    const names = await Promise.all([1, 2, 3].map(() => openMasterKey(place(), { create: true }).then((key) => key.databasePassword('x'))));
    expect(new Set(names).size).toBe(1);
    const { masterKeyFile } = place();
    expect(statSync(masterKeyFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['master.key']);
    expect(readMasterKeyFile(masterKeyFile)).toMatchObject({ kind: 'wrapped', wrapped: { keyId: arn }, context: { purpose: 'master-key' } });
    expect(() => loadMasterKey(masterKeyFile, true)).toThrow('is wrapped by a key service');
    await expect(openMasterKey({ masterKeyFile, kms: null })).rejects.toThrow('set SCC_KMS_KEY_ID');
    expect(() => demandPlaceAsConfigured(place())).not.toThrow();
  });

  it('does not open when its file was cut or changed, and the service is not even asked', async () => {
    await openMasterKey(place(), { create: true });
    const { masterKeyFile } = place();
    const good = readFileSync(masterKeyFile);
    const asked = kms.requests.length;
    for (let length = 0; length < good.length - 1; length += 1) {
      writeFileSync(masterKeyFile, good.subarray(0, length));
      await expect(openMasterKey(place())).rejects.toThrow(MasterKeyError);
    }
    let harmless = 0;
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      writeFileSync(masterKeyFile, bad);
      try {
        expect(readMasterKeyFile(masterKeyFile)).toEqual((writeFileSync(masterKeyFile, good), readMasterKeyFile(masterKeyFile)));
        harmless += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(MasterKeyError);
      }
    }
    // Spaces and line ends.
    expect(harmless).toBeLessThan(10);
    expect(kms.requests.length).toBe(asked);
  });

  it('does not open for another installation, though somebody made the file fit', async () => {
    await openMasterKey(place(), { create: true });
    const { masterKeyFile } = place();
    const content = readMasterKeyFile(masterKeyFile);
    if (content.kind !== 'wrapped') throw new Error('not wrapped');
    writeFileSync(masterKeyFile, wrappedFileText(content.wrapped, { ...content.context, installation: 'another' }));
    await expect(openMasterKey(place())).rejects.toEqual(fault('wrong_context'));
    writeFileSync(masterKeyFile, wrappedFileText({ ...content.wrapped, keyId: kms.addKey() }, content.context));
    await expect(openMasterKey(place())).rejects.toEqual(fault('wrong_key'));
    writeFileSync(masterKeyFile, wrappedFileText(content.wrapped, content.context));
    await openMasterKey(place());
  });

  it('waits for a service that is away, and for nothing that does not pass', async () => {
    await openMasterKey(place(), { create: true });
    kms.outage = { status: 503, type: 'ServiceUnavailable' };
    const told: object[] = [];
    const logger = { warn: (fields: object) => void told.push(fields) } as never;
    const opening = openMasterKey(place(), { patienceMs: 30_000, logger });
    await expect.poll(() => told.length).toBe(1);
    kms.outage = null;
    await opening;
    kms.outage = { status: 503, type: 'ServiceUnavailable' };
    await expect(openMasterKey(place(), { patienceMs: 0 })).rejects.toEqual(fault('unreachable'));
    kms.outage = null;
    kms.denied.add('Decrypt');
    const asked = kms.requests.length;
    await expect(openMasterKey(place(), { patienceMs: 30_000 })).rejects.toEqual(fault('denied'));
    expect(kms.requests.length).toBe(asked + 1);
  });
});

/** Modules of the library that a process has loaded after it opened the master key. */
async function loadedBy(of: MasterKeyPlace): Promise<number> {
  const module = pathToFileURL(join(import.meta.dirname, 'open-master-key.ts')).href;
  const code = `const { openMasterKey } = await import(${JSON.stringify(module)});
    await openMasterKey(${JSON.stringify(of)});
    const { createRequire } = await import('node:module');
    console.log(Object.keys(createRequire(${JSON.stringify(module)}).cache).filter((path) => /@(aws-sdk|smithy)/.test(path)).length);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  return Number(await text(child.stdout));
}

it('the library of the service is loaded where a service is asked, and nowhere else', async () => {
  loadMasterKey(place().masterKeyFile, true);
  expect(await loadedBy(place())).toBe(0);
  await moveToService(place());
  expect(await loadedBy(place())).toBeGreaterThan(10);
});

const STEPS: readonly MoveStep[] = ['wrapped', 'kept', 'placed', 'opened', 'shredded'];

/** A process that moves the key and is killed behind a step. */
async function killedAt(step: MoveStep): Promise<void> {
  const module = pathToFileURL(join(import.meta.dirname, 'move-master-key.ts')).href;
  const code = `const { moveToService } = await import(${JSON.stringify(module)});
    await moveToService(${JSON.stringify(place())}, (step) => { if (step === ${JSON.stringify(step)}) process.kill(process.pid, 'SIGKILL'); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

describe('moving the master key', () => {
  it('puts it under the service; the bytes on the disk are overwritten; doing it again does nothing', async () => {
    const { masterKeyFile } = place();
    const name = loadMasterKey(masterKeyFile, true).databasePassword('x');
    expect(() => demandPlaceAsConfigured(place())).toThrow('keys to-kms');
    const witness = join(folder, 'witness');
    linkSync(masterKeyFile, witness);
    expect(await moveToService(place())).toEqual({ done: 'wrapped', keyId: arn, shredded: true });
    expect(readFileSync(witness)).toEqual(Buffer.alloc(32));
    rmSync(witness);
    expect(readdirSync(folder)).toEqual(['master.key']);
    expect(await nameOf(place())).toBe(name);
    const wrapped = readFileSync(masterKeyFile, 'utf8');
    expect(await moveToService(place())).toEqual({ done: 'nothing', keyId: arn, shredded: false });
    expect(readFileSync(masterKeyFile, 'utf8')).toBe(wrapped);
  });

  it.each(STEPS)('leaves a key that opens when it is killed at "%s", and goes on', async (step) => {
    const { masterKeyFile } = place();
    const name = loadMasterKey(masterKeyFile, true).databasePassword('x');
    await killedAt(step);
    expect(await nameOf(place())).toBe(name);
    expect(existsSync(plainCopyOf(masterKeyFile))).toBe(['kept', 'placed', 'opened'].includes(step));
    await moveToService(place());
    expect(await nameOf(place())).toBe(name);
    expect(readMasterKeyFile(masterKeyFile).kind).toBe('wrapped');
    expect(existsSync(plainCopyOf(masterKeyFile))).toBe(false);
  });

  it('destroys nothing while the service does not open what it wrapped', async () => {
    const { masterKeyFile } = place();
    const name = loadMasterKey(masterKeyFile, true).databasePassword('x');
    kms.lies = true;
    await expect(moveToService(place())).rejects.toThrow('opens another key than it was given');
    kms.lies = false;
    kms.denied.add('Decrypt');
    await expect(moveToService(place())).rejects.toEqual(fault('denied'));
    expect(loadMasterKey(masterKeyFile, false).databasePassword('x')).toBe(name);
    kms.denied.clear();
    await killedAt('placed');
    kms.outage = { status: 503, type: 'ServiceUnavailable' };
    await expect(moveToService(place())).rejects.toEqual(fault('unreachable'));
    kms.outage = null;
    kms.lies = true;
    await expect(moveToService(place())).rejects.toThrow('opens another key');
    expect(loadMasterKey(plainCopyOf(masterKeyFile), false).databasePassword('x')).toBe(name);
  });

  it('goes to another key of the service without the old one afterwards, and back into a file', async () => {
    const { masterKeyFile } = place();
    const name = loadMasterKey(masterKeyFile, true).databasePassword('x');
    await moveToService(place('alias/scc'));
    const second = kms.addKey();
    kms.pointAlias('scc', second);
    // The file names its key: an alias that was turned to another one does not keep the product from starting.
    expect(await nameOf(place('alias/scc'))).toBe(name);
    expect(await moveToService(place('alias/scc'))).toEqual({ done: 'rewrapped', keyId: second, shredded: false });
    expect(kms.requests.some(({ action }) => action === 'ReEncrypt')).toBe(true);
    kms.forget(arn);
    expect(await nameOf(place('alias/scc'))).toBe(name);
    expect(await moveToFile(place('alias/scc'))).toBe(true);
    expect(await moveToFile(place('alias/scc'))).toBe(false);
    kms.forget(second);
    expect(readdirSync(folder)).toEqual(['master.key']);
    expect(loadMasterKey(masterKeyFile, false).databasePassword('x')).toBe(name);
  });

  it('removes what a killed move was writing, which may be the key itself', async () => {
    await openMasterKey(place(), { create: true });
    const { masterKeyFile } = place();
    const left = `${masterKeyFile}.4711.new`;
    const others = [`${masterKeyFile}.old-20260101T000000Z`, `${masterKeyFile}.new`];
    for (const path of [left, ...others]) writeFileSync(path, KEY, { mode: 0o600 });
    expect(plainCopiesBeside(masterKeyFile)).toEqual([left]);
    await moveToService(place());
    expect(existsSync(left)).toBe(false);
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('stays away from a change of the master key that was interrupted', async () => {
    const { masterKeyFile } = place();
    loadMasterKey(masterKeyFile, true);
    loadMasterKey(nextMasterKeyFile(masterKeyFile), true);
    await expect(moveToService(place())).rejects.toThrow('keys rotate-master');
    await expect(moveToFile(place())).rejects.toThrow('keys rotate-master');
    await expect(putMasterKey(place(), KEY, new Date(0))).rejects.toThrow('keys rotate-master');
  });

  it('puts a safe copy in the place of what a lost key of the service wrapped, under another one', async () => {
    await openMasterKey(place(), { create: true });
    const wrapped = readFileSync(place().masterKeyFile, 'utf8');
    kms.forget(arn);
    await expect(nameOf(place())).rejects.toEqual(fault('not_found'));
    const other = place(kms.addKey());
    const old = await putMasterKey(other, KEY, new Date(0));
    expect(readFileSync(old ?? '', 'utf8')).toBe(wrapped);
    expect((await openMasterKey(other)).isKey(KEY)).toBe(true);
    expect(statSync(other.masterKeyFile).mode & 0o777).toBe(0o600);
    await expect(putMasterKey(other, KEY.subarray(1), new Date(0))).rejects.toThrow('32 bytes');
  });
});
