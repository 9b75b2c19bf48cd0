/**
 * What is left of conversations when parts of the product are killed. Telephones call 0312340005, whose stations (port 5090)
 * answer: SIP to SIP, recorded. Softphones with WebRTC sound call 0312340002 and wait in the queue, where nobody is available.
 * Then, one after the other:
 *
 * core     kill -9 of core and a new start: how many calls go on, longest silence of each end, order of the queue, BYE
 * media    kill -9 of one media process of two: how many calls are moved, their silence, the silence of the others
 * database the database is stopped: no call dropped, a new one is answered, and its record is there afterwards
 * restarts SIGTERM and start again and again under `held` calls: none dropped
 * records  every call has one record; how far its talking time is from what the caller saw
 *
 *   npm run bench -- survive --json [--sip 60] [--webrtc 40] [--database 30] [--restarts 20] [--held 50]
 *
 * Silences are those of the ends, which run in this process on the same cores; `steady` is what they have without any kill.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, processTree, startProduct, type Product } from '../test/support/product.ts';
import { SipPhone, type PhoneCall } from '../test/support/sip-phone.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { waitFor } from '../test/support/story-wait.ts';
import { QueueDesk } from './_survive-desk.ts';
import { BrowserSound, startPacing, telephone, TelephoneSound, type End } from './_survive-ends.ts';

const STATION_PORT = 5090;
/** Between two calls that begin, ms. */
const EVERY_MS = 60;
/** After a kill, before silences are read, ms. */
const SETTLE_MS = 4_000;
/** Offers that are taken to see the order of the queue. */
const ORDER = 5;

interface Conversation {
  number: string;
  caller: End;
  answeredAt: number;
  endedAt: number | null;
}

interface Scene {
  product: Product;
  callers: SipPhone;
  talks: Conversation[];
  stations: End[];
  waiting: { number: string; end: End }[];
  sounds: Set<TelephoneSound>;
  ssrc: number;
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
};

const gapsOf = (ends: readonly End[]) => {
  const gaps = ends.map(({ heard }) => heard.gapMs());
  return { ends: ends.length, p50: percentile(gaps, 0.5), p95: percentile(gaps, 0.95), longest: percentile(gaps, 1) };
};

const mark = (ends: readonly End[]): void => {
  for (const { heard } of ends) heard.mark();
};

const live = (ends: readonly End[]): End[] => ends.filter(({ call }) => !call.over);
const allEnds = ({ talks, stations, waiting }: Scene): End[] => [...talks.map(({ caller }) => caller), ...stations, ...waiting.map(({ end }) => end)];

async function onStation(scene: Scene, call: PhoneCall): Promise<void> {
  // The port of the demo's stations is everybody's: another product on this machine may call, too.
  if (call.invite?.source.port !== scene.product.sipPort) return call.reject(486);
  const sound = await TelephoneSound.open(++scene.ssrc);
  scene.stations.push(telephone(call, sound, scene.sounds));
  call.answer(sound.sdp());
  sound.startTo(call.remoteSdp);
}

async function callStation(scene: Scene, number: string): Promise<Conversation> {
  const sound = await TelephoneSound.open(++scene.ssrc);
  const call = scene.callers.call(`sip:0312340005@127.0.0.1:${scene.product.sipPort}`, { sdp: sound.sdp(), fromUser: number });
  const caller = telephone(call, sound, scene.sounds);
  await call.until('answered');
  sound.startTo(call.remoteSdp);
  return { number, caller, answeredAt: performance.now(), endedAt: null };
}

async function callQueue(scene: Scene, number: string): Promise<void> {
  const sound = new BrowserSound(number);
  const call = scene.callers.call(`sip:0312340002@127.0.0.1:${scene.product.sipPort}`, { sdp: await sound.line.offer(), fromUser: number });
  await call.until('answered');
  await sound.line.accept(call.remoteSdp);
  scene.waiting.push({ number, end: { call, heard: sound.heard, moves: 0, close: () => sound.line.close() } });
}

/** Numbers of callers in the order in which they call. */
const numberOf = (index: number): string => `03123${String(60_000 + index)}`;

async function hangUp(scene: Scene, talk: Conversation): Promise<boolean> {
  const before = live(scene.stations).length;
  await talk.caller.call.hangup();
  talk.endedAt = performance.now();
  talk.caller.close();
  const isHeard = await waitFor('BYE at the station', () => live(scene.stations).length < before, 5_000).then(
    () => true,
    () => false,
  );
  return isHeard;
}

async function killCore(scene: Scene) {
  const before = allEnds(scene);
  mark(before);
  const { dataDir, environment } = scene.product;
  const from = performance.now();
  await scene.product.killCore();
  scene.product = await startProduct({ dataDir, environment });
  const backMs = Math.round(performance.now() - from);
  await sleep(SETTLE_MS);
  const ends = allEnds(scene);
  const kept = live(ends);
  const counted = await fetch(`${scene.product.baseUrl}/metrics`).then((answer) => (answer.ok ? answer.text() : ''));
  const adopted = Number(/^scc_calls_active (\d+)/m.exec(counted)?.[1] ?? Number.NaN);
  return {
    calls: scene.talks.length + scene.waiting.length,
    backMs,
    ends: ends.length,
    endsKept: kept.length,
    ...(Number.isNaN(adopted) ? {} : { active: adopted }),
    silenceMs: { telephones: gapsOf([...scene.talks.map(({ caller }) => caller), ...scene.stations]), browsers: gapsOf(scene.waiting.map(({ end }) => end)) },
  };
}

/** An agent comes: the callers who came first are offered first. */
async function orderOfQueue(scene: Scene) {
  if (scene.waiting.length === 0) return { offered: 0, inOrder: true };
  const wanted = scene.waiting.slice(0, ORDER).map(({ number }) => number);
  const desk = await QueueDesk.open(scene.product, 'csr1');
  const offered = await desk.takeInTurn(wanted.length);
  desk.close();
  return { offered: offered.length, inOrder: JSON.stringify(offered) === JSON.stringify(wanted) };
}

async function endWaiting(scene: Scene): Promise<number> {
  const open = scene.waiting.filter(({ end }) => !end.call.over);
  const done = await Promise.allSettled(open.map(({ end }) => end.call.hangup()));
  for (const { end } of scene.waiting.splice(0)) end.close();
  return done.filter(({ status }) => status === 'fulfilled').length;
}

async function killMedia(scene: Scene) {
  const pids = processTree(1).filter((pid) => commandOf(pid).includes('media/main.ts') && commandOf(pid).includes(scene.product.dataDir));
  const callers = scene.talks.filter(({ endedAt }) => endedAt === null).map(({ caller }) => caller);
  mark(callers);
  const moves = new Map(callers.map((end) => [end, end.moves]));
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await sleep(SETTLE_MS + 5_000);
  const moved = callers.filter((end) => end.moves > (moves.get(end) ?? 0));
  const still = callers.filter((end) => !moved.includes(end));
  return { processes: pids.length, calls: callers.length, kept: live(callers).length, moved: moved.length, silenceMs: { moved: gapsOf(moved), others: gapsOf(still) } };
}

async function stopDatabase(scene: Scene, seconds: number) {
  const pids = processTree(scene.product.pid).filter((pid) => commandOf(pid).includes('postgres'));
  const ends = live(allEnds(scene));
  mark(ends);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  let answerMs = Number.NaN;
  try {
    const from = performance.now();
    const talk = await callStation(scene, numberOf(900));
    answerMs = Math.round(performance.now() - from);
    scene.talks.push(talk);
    await sleep(seconds * 1000);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  const dropped = ends.length - live(ends).length;
  await waitFor('readiness', async () => (await fetch(`${scene.product.baseUrl}/readyz`)).status === 200, 60_000);
  return { seconds, dropped, newCallAnsweredMs: answerMs, silenceMs: gapsOf(live(ends)) };
}

async function restart(scene: Scene, times: number, held: number) {
  const talks = scene.talks.filter(({ endedAt }) => endedAt === null);
  for (const talk of talks.slice(held)) await hangUp(scene, talk);
  const ends = live(allEnds(scene));
  mark(ends);
  for (let count = 0; count < times; count++) {
    const { dataDir, environment, pid, exited } = scene.product;
    process.kill(pid, 'SIGTERM');
    await exited;
    scene.product = await startProduct({ dataDir, environment });
  }
  await sleep(1000);
  return { restarts: times, calls: Math.min(held, talks.length), dropped: ends.length - live(ends).length, silenceMs: gapsOf(live(ends)) };
}

async function records(scene: Scene) {
  const open = scene.talks.filter(({ endedAt }) => endedAt === null);
  let byeHeard = 0;
  for (const talk of open) byeHeard += Number(await hangUp(scene, talk));
  const supervisor = await ApiSession.open(scene.product, 'sv1');
  const errors: number[] = [];
  const wrong: string[] = [];
  for (const { number, answeredAt, endedAt } of scene.talks) {
    const found = await waitFor('the record', async () => {
      const calls = await supervisor.callsFrom(number);
      return calls.length > 0 && calls.every((call) => call.endedAt !== null) && calls;
    }).catch(() => []);
    const [call] = found;
    const detail = call && (await supervisor.get<{ outcome: string; talkMs: number | null; holdMs: number | null }>(`/calls/${call.id}`));
    if (found.length !== 1 || detail?.outcome !== 'answered') wrong.push(`${number}: ${found.length} ${detail?.outcome ?? 'none'}`);
    else errors.push(Math.abs((detail.talkMs ?? 0) + (detail.holdMs ?? 0) - ((endedAt ?? 0) - answeredAt)));
  }
  return { calls: scene.talks.length, wrong, byes: open.length, byesHeard: byeHeard, talkTimeErrorMs: { p50: percentile(errors, 0.5), longest: percentile(errors, 1) } };
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure(scene: Scene, given: { sip: number; webrtc: number; database: number; restarts: number; held: number }) {
  for (let index = 0; index < given.sip; index++) {
    scene.talks.push(await callStation(scene, numberOf(index)));
    await sleep(EVERY_MS);
  }
  for (let index = 0; index < given.webrtc; index++) await callQueue(scene, numberOf(given.sip + index));
  await waitFor('all stations', () => scene.stations.length === given.sip, 30_000);
  await sleep(2000);
  mark(allEnds(scene));
  await sleep(3000);
  const steady = { silenceMs: gapsOf(allEnds(scene)) };
  say('core');
  const core = await killCore(scene);
  say('queue');
  const queue = await orderOfQueue(scene);
  const browsersEnded = await endWaiting(scene);
  say('media');
  const media = await killMedia(scene);
  say('database');
  const database = await stopDatabase(scene, given.database);
  say('restarts');
  const restarts = await restart(scene, given.restarts, given.held);
  return { steady, core: { ...core, queue, browsersEnded }, media, database, restarts, records: await records(scene) };
}

/** For the tests of the command itself, too. */
export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const number = (name: string, usual: number): number => (args[name] === undefined ? usual : Number(args[name]));
  const given = { sip: number('sip', 60), webrtc: number('webrtc', 40), database: number('database', 30), restarts: number('restarts', 20), held: number('held', 50) };
  const dataDir = mkdtempSync(join(tmpdir(), 'scc-survive-'));
  const stationPhone = await SipPhone.start({ user: 'station', port: STATION_PORT });
  const callers = await SipPhone.start({ user: 'caller' });
  const product = await startProduct({ dataDir, environment: { SCC_MEDIA_PROCESSES: '2' } });
  const scene: Scene = { product, callers, talks: [], stations: [], waiting: [], sounds: new Set(), ssrc: 1000 };
  stationPhone.onIncoming = (call) => void onStation(scene, call);
  const stopPacing = startPacing(scene.sounds);
  try {
    return await measure(scene, given);
  } finally {
    stopPacing();
    for (const end of allEnds(scene)) end.close();
    await callers.stop();
    await stationPhone.stop();
    await scene.product.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
