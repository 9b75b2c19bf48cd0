/** RFC 3665 section 2, registration, with the product as the registrar; and what goes wrong there in the field. */
import { describe, expect } from 'vitest';
import { answerChallenge, formatCredentials, parseChallenge } from '../../src/protocol/sip/digest.ts';
import { headerOf, headersOf, type SipResponse } from '../../src/protocol/sip/message.ts';
import { ACCOUNT, scenario, type AgentWorld } from './support/agent-world.ts';
import type { RawDialog, RawPeer, SendOptions } from './support/raw-peer.ts';

interface Registration {
  phone: RawPeer;
  dialog: RawDialog;
}

async function phoneOf(world: AgentWorld): Promise<Registration> {
  const phone = await world.peer(ACCOUNT.user);
  return { phone, dialog: phone.dialog(world.uri(ACCOUNT.user), { from: world.uri(ACCOUNT.user) }) };
}

/** `sip:host:port` of the registrar. */
const registrar = (world: AgentWorld): string => `sip:127.0.0.1:${world.port}`;

function authorization(world: AgentWorld, challenge: SipResponse, password: string): string {
  const parsed = parseChallenge(headersOf(challenge, 'www-authenticate')[0] ?? '');
  if (!parsed) throw new Error('no challenge');
  const credentials = answerChallenge(parsed, { username: ACCOUNT.user, password }, { method: 'REGISTER', uri: registrar(world) }, 'abcdef');
  if (!credentials) throw new Error('the challenge cannot be answered');
  return `Authorization: ${formatCredentials(credentials)}`;
}

/** REGISTER, challenge, REGISTER with credentials. */
async function register(world: AgentWorld, { dialog }: Registration, options: SendOptions = {}, password = ACCOUNT.password): Promise<SipResponse> {
  dialog.remoteTag = '';
  dialog.request('REGISTER', { uri: registrar(world), ...options });
  const challenge = await dialog.expectResponse(401, 'REGISTER');
  dialog.remoteTag = '';
  dialog.request('REGISTER', { uri: registrar(world), ...options, headers: [...(options.headers ?? []), authorization(world, challenge, password)] });
  return (await dialog.expect(password === ACCOUNT.password ? '200 REGISTER' : '401 REGISTER')) as SipResponse;
}

describe.concurrent('registration', () => {
  scenario('2.1 new registration', async (world) => {
    const phone = await phoneOf(world);
    const accepted = await register(world, phone, { headers: ['Expires: 60'] });
    expect(headerOf(accepted, 'contact')).toMatch(new RegExp(`^<${phone.phone.contact}>;expires=60`));
    expect(world.agent.contactsOf('device')).toHaveLength(1);
    expect(phone.phone.story).toEqual(['→ REGISTER', '← 401 REGISTER', '→ REGISTER', '← 200 REGISTER']);
    await register(world, phone, { headers: ['Expires: 0'] });
  });

  scenario('2.2 update of the contact list', async (world) => {
    const phone = await phoneOf(world);
    await register(world, phone, { headers: ['Expires: 60'] });
    const both = await register(world, phone, { noContact: true, headers: ['Contact: <sip:other@127.0.0.1:9>', 'Expires: 60'] });
    expect(headersOf(both, 'contact').join()).toContain('sip:other@127.0.0.1:9');
    expect(world.agent.contactsOf('device')).toHaveLength(2);
    await register(world, phone, { noContact: true, headers: ['Contact: *', 'Expires: 0'] });
  });

  scenario('2.3 request for the current contact list', async (world) => {
    const phone = await phoneOf(world);
    await register(world, phone, { headers: ['Expires: 60'] });
    const listed = await register(world, phone, { noContact: true });
    expect(headersOf(listed, 'contact').join()).toContain(phone.phone.contact);
    await register(world, phone, { headers: ['Expires: 0'] });
  });

  scenario('2.4 cancellation of a registration', async (world) => {
    const phone = await phoneOf(world);
    await register(world, phone, { headers: ['Expires: 60'] });
    const gone = await register(world, phone, { noContact: true, headers: ['Contact: *', 'Expires: 0'] });
    expect(headersOf(gone, 'contact')).toEqual([]);
    expect(world.agent.contactsOf('device')).toEqual([]);
  });

  scenario('2.5 unsuccessful registration', async (world) => {
    const phone = await phoneOf(world);
    await register(world, phone, { headers: ['Expires: 60'] }, 'a wrong password');
    expect(world.agent.contactsOf('device')).toEqual([]);
  });

  scenario('too short an interval is refused with the least allowed', async (world) => {
    const { dialog } = await phoneOf(world);
    dialog.request('REGISTER', { uri: registrar(world), headers: ['Expires: 1'] });
    const challenge = await dialog.expectResponse(401, 'REGISTER');
    dialog.remoteTag = '';
    dialog.request('REGISTER', { uri: registrar(world), headers: ['Expires: 1', authorization(world, challenge, ACCOUNT.password)] });
    const refused = await dialog.expectResponse(423, 'REGISTER');
    expect(Number(refused.headers.find(({ name }) => name === 'Min-Expires')?.value)).toBeGreaterThan(1);
  });

  scenario('a repeated REGISTER gets the same answer and changes nothing', async (world) => {
    const { dialog, phone } = await phoneOf(world);
    const branch = dialog.request('REGISTER', { uri: registrar(world) });
    const first = await dialog.expectResponse(401, 'REGISTER');
    dialog.remoteTag = '';
    dialog.request('REGISTER', { uri: registrar(world), branch, cseq: 1 });
    const second = await dialog.expectResponse(401, 'REGISTER');
    expect(headersOf(second, 'www-authenticate')).toEqual(headersOf(first, 'www-authenticate'));
    expect(phone.ladder).toHaveLength(4);
  });

  scenario('a replayed REGISTER with its credentials is challenged again', async (world) => {
    const phone = await phoneOf(world);
    phone.dialog.request('REGISTER', { uri: registrar(world), headers: ['Expires: 60'] });
    const challenge = await phone.dialog.expectResponse(401, 'REGISTER');
    const credentials = authorization(world, challenge, ACCOUNT.password);
    phone.dialog.remoteTag = '';
    phone.dialog.request('REGISTER', { uri: registrar(world), headers: ['Expires: 60', credentials] });
    await phone.dialog.expect('200 REGISTER');
    const thief = await world.peer('thief');
    const stolen = thief.dialog(world.uri(ACCOUNT.user), { from: world.uri(ACCOUNT.user) });
    stolen.request('REGISTER', { uri: registrar(world), headers: ['Expires: 60', credentials] });
    await stolen.expect('401 REGISTER');
    expect(world.agent.contactsOf('device').map(({ uri }) => uri)).toEqual([phone.phone.contact]);
    await register(world, phone, { headers: ['Expires: 0'] });
  });

  scenario('a device cannot register another one', async (world) => {
    const phone = await phoneOf(world);
    const other = phone.phone.dialog(world.uri('somebody'), { from: world.uri(ACCOUNT.user) });
    other.request('REGISTER', { uri: registrar(world), headers: ['Expires: 60'] });
    const challenge = await other.expectResponse(401, 'REGISTER');
    other.remoteTag = '';
    other.request('REGISTER', { uri: registrar(world), headers: ['Expires: 60', authorization(world, challenge, ACCOUNT.password)] });
    await other.expect('403 REGISTER');
    expect(world.agent.contactsOf('device')).toEqual([]);
  });
});
