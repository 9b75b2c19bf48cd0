import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTwin, TWIN_RECORDING_SECONDS, type Twin } from './testing/twins.ts';
import { createWorld, type TestClient, type World } from './testing/world.ts';

const SIZE = 44 + TWIN_RECORDING_SECONDS * 32_000;

let world: World;
let twin: Twin;
let sv: TestClient;
let csr: TestClient;

beforeAll(async () => {
  world = await createWorld();
  twin = await addTwin(world, 'acme', 1);
  sv = await world.logIn(twin.people, 'sv1');
  csr = await world.logIn(twin.people, 'csr1');
});
afterAll(() => world.close());

const audio = (client: TestClient, range?: string) => client.call('GET', `/recordings/${twin.ids.recording}/audio`, undefined, range ? { range } : {});
async function plays(): Promise<number> {
  const { rows } = await world.db.ownerClient.query<{ audited: string; logged: string }>(
    "select (select count(*) from audit_events where code = 'recording.played') as audited, (select count(*) from key_log where purpose = 'recording_play') as logged",
  );
  expect(rows[0]?.audited).toBe(rows[0]?.logged);
  return Number(rows[0]?.audited);
}

describe('recordings', () => {
  it('show waveform and people', async () => {
    const { body } = await sv.call('GET', `/recordings/${twin.ids.recording}`);
    expect(body).toMatchObject({ peaks: { left: [1, 2], right: [3, 4] }, agentName: 'User sv1', durationMs: 3000, callId: twin.ids.call, sizeBytes: 48_000 });
    expect(JSON.stringify(body)).not.toContain('wrapped');
  });

  it('play as WAV, whole and by range, the same bytes', async () => {
    const whole = await audio(sv);
    expect(whole.status).toBe(200);
    expect(whole.headers).toMatchObject({ 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'content-length': String(SIZE), 'cache-control': 'no-store' });
    expect(whole.raw.length).toBe(SIZE);
    expect(whole.raw.toString('latin1', 0, 4)).toBe('RIFF');
    expect(whole.raw.readUInt16LE(22)).toBe(2);
    for (const [start, end] of [[0, 0], [0, 43], [43, 45], [31_999, 32_100], [64_000, SIZE - 1]] as const) {
      const part = await audio(sv, `bytes=${start}-${end}`);
      expect(part.status).toBe(206);
      expect(part.headers['content-range']).toBe(`bytes ${start}-${end}/${SIZE}`);
      expect(part.raw.equals(whole.raw.subarray(start, end + 1))).toBe(true);
    }
    expect((await audio(sv, 'bytes=-100')).raw.equals(whole.raw.subarray(SIZE - 100))).toBe(true);
    const beyond = await audio(sv, `bytes=${SIZE}-`);
    expect([beyond.status, beyond.body.code]).toEqual([416, 'range_not_satisfiable']);
  });

  it('leave one audit entry and one key log entry per play, and none can be heard without', async () => {
    const fresh = await world.logIn(twin.people, 'sv1');
    const before = await plays();
    await audio(fresh, 'bytes=500-999');
    expect(await plays()).toBe(before + 1);
    await audio(fresh, 'bytes=1000-1999');
    expect(await plays()).toBe(before + 1);
    await audio(fresh, 'bytes=0-');
    await audio(fresh, 'bytes=32000-64000');
    expect(await plays()).toBe(before + 2);
    world.clock.advance(31 * 60_000);
    await audio(fresh, 'bytes=32000-64000');
    expect(await plays()).toBe(before + 3);
    const { body } = await fresh.call('GET', `/audit?code=recording.played&limit=1`);
    expect((body as unknown as { items: unknown[] }).items[0]).toMatchObject({ subjectId: twin.ids.recording, actorName: 'User sv1', detail: { callId: twin.ids.call } });
  });

  it('of others do not exist for an agent', async () => {
    const before = await plays();
    csr = await world.logIn(twin.people, 'csr1');
    expect((await csr.call('GET', `/recordings/${twin.ids.recording}`)).status).toBe(404);
    expect((await audio(csr)).status).toBe(404);
    expect((await csr.call('GET', '/recordings')).body.items).toEqual([]);
    expect(await plays()).toBe(before);
    const own = async (agentId: string) => world.inTenant(twin.people, async (tx) => void (await tx.db.updateTable('calls').set({ agent_id: agentId }).where('id', '=', twin.ids.call).execute()));
    await own(twin.people.csr);
    expect((await audio(csr)).status).toBe(200);
    const listed = (await csr.call('GET', '/recordings')).body.items as unknown as { id: string }[];
    expect(listed.map(({ id }) => id).toSorted()).toEqual([twin.ids.recording, twin.ids.voicemail].toSorted());
    await own(twin.people.sv);
  });

  it('in progress cannot be played, changed or cut files are not played, deleted ones are gone', async () => {
    sv = await world.logIn(twin.people, 'sv1');
    const set = (status: string) => world.inTenant(twin.people, async (tx) => void (await tx.db.updateTable('recordings').set({ status }).where('id', '=', twin.ids.recording).execute()));
    await set('recording');
    expect((await audio(sv)).body.code).toBe('recording_in_progress');
    await set('complete');
    const path = `recordings/${twin.people.tenantId}/${twin.ids.recording}.sccr`;
    const parts: Buffer[] = [];
    for await (const part of await world.store.read(path)) parts.push(part as Buffer);
    const file = Buffer.concat(parts);
    const changed = Buffer.from(file);
    changed[100] = (changed[100] ?? 0) ^ 1;
    await world.store.put(path, changed);
    expect([(await audio(sv)).status, (await audio(sv)).body.code]).toEqual([500, 'recording_damaged']);
    const cut = file.subarray(0, 24 + 16_016);
    await world.store.put(path, cut);
    expect((await audio(sv)).body.code).toBe('recording_damaged');
    await set('interrupted');
    const rest = await audio(sv);
    expect([rest.status, rest.raw.length]).toEqual([200, 44 + 32_000]);
    // Its media process was killed before the first chunk.
    await world.store.put(path, Buffer.alloc(0));
    const nothing = await audio(sv);
    expect([nothing.status, nothing.raw.length, nothing.raw.toString('latin1', 0, 4)]).toEqual([200, 44, 'RIFF']);
    await set('complete');
    expect((await audio(sv)).body.code).toBe('recording_damaged');
    await world.store.delete(path);
    expect((await audio(sv)).status).toBe(404);
    await set('deleted');
    expect((await sv.call('GET', `/recordings/${twin.ids.recording}`)).status).toBe(404);
  });
});
