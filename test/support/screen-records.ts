/** What a tenant has when every page of it shows something. */
import type { Case } from '../../shared/api/cases.ts';
import type { CalibrationDetail } from '../../shared/api/calibrations.ts';
import type { EvaluationDetail } from '../../shared/api/evaluations.ts';
import { writePastDays } from './past-days.ts';
import type { Product } from './product.ts';
import { ApiSession } from './story-api.ts';
import { sleep } from './story-wait.ts';
import { ToneCaller } from './story.ts';

/** Ids that stand for the names in paths like `/calls/:call`, and names that are the tenant's own in whatever language. */
export interface ScreenRecords {
  ids: ReadonlyMap<string, string>;
  ownNames: readonly string[];
}

/** Fills the demo tenant of a running product. */
export async function writeScreenRecords(product: Product): Promise<ScreenRecords> {
  const supervisor = await ApiSession.open(product, 'sv1');
  const ids = new Map<string, string>();
  ids.set(':call', await abandonedCall(product, supervisor));
  await settings(product, supervisor);
  const queues = await supervisor.list<{ id: string; name: string }>('/queues');
  ids.set(':wall', await wallAndSeats(supervisor, queues.map(({ id }) => id)));
  const { evaluation, calibration } = await evaluated(product, supervisor, queues[0]?.id ?? '');
  ids.set(':evaluation', evaluation).set(':calibration', calibration);
  ids.set(':flow', (await supervisor.list<{ id: string }>('/flows'))[0]?.id ?? '');
  ids.set(':customer', (await supervisor.list<Case>('/cases')).at(-1)?.customerId ?? '');
  const profiles = await supervisor.list<{ name: string }>('/profiles');
  return { ids, ownNames: [...queues, ...profiles].map(({ name }) => name) };
}

async function abandonedCall(product: Product, supervisor: ApiSession): Promise<string> {
  const caller = await ToneCaller.open(product, '+819000000101', 600);
  const call = await caller.call('0312340002');
  await sleep(2000);
  await call.hangup();
  await caller.close();
  return (await supervisor.endedCallFrom('09000000101')).id;
}

async function settings(product: Product, supervisor: ApiSession): Promise<void> {
  const trunk = await supervisor.send<{ id: string }>('POST', '/trunks', { name: '本社光回線', kind: 'ip', profile: 'ngn', host: '127.0.0.1', port: product.sipPort });
  await supervisor.send('PUT', '/outbound-routes', { routes: [{ name: 'その他', prefix: '', trunkIds: [trunk.body.id] }] });
  await supervisor.send('POST', '/devices', { username: 'desk-21', label: '窓口' });
  const box = { number: '8001', name: '夜間受付', greeting: 'ja/voicemail-greeting', retentionDays: 90, active: true, memberIds: [], queueIds: [], recipients: ['night@example.jp'] };
  await supervisor.send('POST', '/voicemail-boxes', box);
}

/** @returns the token of a wallboard */
async function wallAndSeats(supervisor: ApiSession, queueIds: readonly string[]): Promise<string> {
  const wall = await supervisor.send<{ token: string }>('POST', '/wall-links', { name: '1階 コールセンター', queueIds, showsNames: true, showsNumbers: true });
  const people = await supervisor.list<{ id: string; name: string }>('/people');
  const room = await supervisor.send<{ id: string }>('POST', '/seat-maps', { name: '1階', columns: 5, rows: 2 });
  const seats = people.slice(0, 8).map(({ id }, index) => ({ column: index % 4, row: Math.floor(index / 4), label: `A-${index + 1}`, userId: id }));
  await supervisor.send('PUT', `/seat-maps/${room.body.id}`, { name: '1階', columns: 5, rows: 2, version: 1, seats: [...seats, { column: 4, row: 1, label: 'B-1', userId: null }] });
  return wall.body.token;
}

/** An agent's past calls, one of them being evaluated and compared between evaluators. */
async function evaluated(product: Product, supervisor: ApiSession, queueId: string): Promise<{ evaluation: string; calibration: string }> {
  const agent = await ApiSession.open(product, 'csr1');
  await writePastDays(product, { queueId, agentIds: [agent.userId], days: 2, callsPerDay: 20, now: Date.now() });
  const callId = (await supervisor.list<{ id: string; agentId: string | null }>('/calls')).find(({ agentId }) => agentId === agent.userId)?.id ?? '';
  const sheetId = (await supervisor.list<{ id: string }>('/score-sheets'))[0]?.id ?? '';
  const evaluation = await supervisor.send<EvaluationDetail>('POST', '/evaluations', { callId, sheetId });
  const calibration = await supervisor.send<CalibrationDetail>('POST', '/calibrations', { name: '月次の目線合わせ', callId, sheetId, participantIds: [supervisor.userId] });
  return { evaluation: evaluation.body.id, calibration: calibration.body.id };
}
