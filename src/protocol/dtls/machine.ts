/**
 * DTLS 1.2 (RFC 6347) for the keys of SRTP (RFC 5764), both roles: ECDHE with ECDSA (or an RSA certificate of the peer's) and
 * AES-128-GCM, certificates of both sides named by fingerprints. Pure: `(state, event) -> { state, effects }`; time comes in
 * events, randomness from the configuration. No resumption, no renegotiation, no data.
 */
import { onServerMessage, sayHello } from './client.ts';
import { ALERT, DtlsError } from './errors.ts';
import { addFragment, type HandshakeFragment, type HandshakeMessage, readFragments, takeMessage } from './handshake.ts';
import { CONTENT, HANDSHAKE } from './numbers.ts';
import { type DtlsRecord, readRecords } from './record.ts';
import { openRecord } from './record-cipher.ts';
import { isReplay, take } from './replay-window.ts';
import { DtlsRun } from './run.ts';
import { onClientHello, onClientMessage } from './server.ts';
import type { DtlsConfig, DtlsEvent, DtlsStage, DtlsState, DtlsStep } from './state.ts';

/** Protected records kept until there are keys. */
const MOST_EARLY = 4;

/** Messages that a stage takes; Finished alone is protected. */
const EXPECTED: Readonly<Record<'client' | 'server', Partial<Record<DtlsStage, readonly number[]>>>> = {
  server: {
    certificate: [HANDSHAKE.certificate],
    keyExchange: [HANDSHAKE.clientKeyExchange],
    verify: [HANDSHAKE.certificateVerify],
    finished: [HANDSHAKE.finished],
  },
  client: {
    serverHello: [HANDSHAKE.serverHello, HANDSHAKE.helloVerifyRequest],
    certificate: [HANDSHAKE.certificate],
    keyExchange: [HANDSHAKE.serverKeyExchange],
    request: [HANDSHAKE.certificateRequest, HANDSHAKE.serverHelloDone],
    done: [HANDSHAKE.serverHelloDone],
    finished: [HANDSHAKE.finished],
  },
};

export function dtlsStep(config: DtlsConfig, state: DtlsState, event: DtlsEvent): DtlsStep {
  const run = new DtlsRun(config, state, event.type === 'close' ? 0 : event.nowMs);
  switch (event.type) {
    case 'start':
      if (state.stage === 'start') sayHello(run);
      break;
    case 'datagram':
      for (const record of readRecords(event.bytes)) onRecord(run, record);
      break;
    case 'timer':
      if (isDue(state.deadlineMs, event.nowMs)) run.giveUp();
      else if (isDue(state.flight?.dueMs ?? null, event.nowMs)) run.repeat();
      break;
    case 'close':
      run.close();
  }
  const due = dueOf(run.state);
  if (due !== dueOf(state) || event.type === 'timer') run.effects.push({ type: 'timer', atMs: due });
  return { state: run.state, effects: run.effects };
}

const isDue = (atMs: number | null, nowMs: number): boolean => atMs !== null && nowMs >= atMs;

function dueOf({ flight, deadlineMs }: DtlsState): number | null {
  const times = [flight?.dueMs ?? null, deadlineMs].filter((each) => each !== null);
  return times.length === 0 ? null : Math.min(...times);
}

const isOver = ({ stage }: DtlsState): boolean => stage === 'closed' || stage === 'failed';

function onRecord(run: DtlsRun, record: DtlsRecord): void {
  const { state } = run;
  if (isOver(state)) return;
  if (record.epoch === 0) onContent(run, record);
  else if (record.epoch === 1) onProtected(run, record);
}

function onProtected(run: DtlsRun, record: DtlsRecord): void {
  const { keys, window, early } = run.state;
  if (!keys) {
    if (early.length < MOST_EARLY) run.state.early = [...early, { ...record, fragment: Buffer.from(record.fragment) }];
    return;
  }
  const opened = isReplay(window, record.sequence) ? null : openRecord(keys.read, record);
  if (!opened) return;
  run.state.window = take(window, record.sequence);
  onContent(run, opened);
}

/** What a record holds. ChangeCipherSpec says nothing that the epoch of the next record does not; data there is none. */
function onContent(run: DtlsRun, record: DtlsRecord): void {
  if (record.type === CONTENT.alert) onAlert(run, record);
  else if (record.type === CONTENT.handshake) onHandshake(run, record);
}

const FATAL = 2;

function onAlert(run: DtlsRun, { fragment, epoch }: DtlsRecord): void {
  if (fragment.length !== 2) return;
  const [level, description = 0] = fragment;
  if (epoch === 0) {
    if (level === FATAL) run.state.hint = description;
    return;
  }
  if (level !== FATAL && description !== ALERT.closeNotify) return;
  const wasConnected = run.state.stage === 'connected';
  run.close();
  run.effects.push(wasConnected ? { type: 'closed' } : { type: 'failed', reason: `refused by the peer with alert ${description}` });
}

function onHandshake(run: DtlsRun, { fragment, epoch }: DtlsRecord): void {
  try {
    for (const piece of readFragments(fragment, epoch)) onFragment(run, piece);
    deliver(run);
  } catch (error) {
    if (!(error instanceof DtlsError)) throw error;
    if (error.alert !== ALERT.decodeError || run.state.stage !== 'clientHello') run.fail(error);
  }
}

function onFragment(run: DtlsRun, fragment: HandshakeFragment): void {
  const { state } = run;
  if (fragment.sequence < state.due) {
    run.repeated(fragment.sequence);
    return;
  }
  // Renegotiation is refused by not answering it; before a ClientHello nothing else is worth keeping.
  if (state.stage === 'connected' || (state.stage === 'clientHello' && fragment.type !== HANDSHAKE.clientHello)) return;
  // Nor may pieces of a stranger's stand in the way of one that is whole.
  const isWholeHello = state.stage === 'clientHello' && fragment.bytes.length === fragment.length;
  state.kept = addFragment(isWholeHello ? new Map() : state.kept, state.due, fragment);
}

/** Takes the messages that are whole and due, one after the other. */
function deliver(run: DtlsRun): void {
  if (run.state.stage === 'clientHello') deliverHello(run);
  if (run.state.stage === 'clientHello') return;
  for (;;) {
    const { state } = run;
    const found = isOver(state) ? null : takeMessage(state.kept, state.due);
    if (!found) return;
    state.kept = found.rest;
    state.due++;
    onMessage(run, found.message, found.epoch);
  }
}

/** With a cookie asked for the ClientHello is the second message, and we remember nothing of the first. */
function deliverHello(run: DtlsRun): void {
  for (const sequence of [0, 1]) {
    const found = takeMessage(run.state.kept, sequence);
    if (!found) continue;
    run.state.kept = found.rest;
    onClientHello(run, found.message);
    if (run.state.stage !== 'clientHello') return;
  }
}

function onMessage(run: DtlsRun, message: HandshakeMessage, epoch: number): void {
  const { role } = run.config;
  const expected = EXPECTED[role][run.state.stage] ?? [];
  const isInPlace = expected.includes(message.type) && (epoch === 1) === (message.type === HANDSHAKE.finished);
  if (!isInPlace) throw new DtlsError(ALERT.unexpectedMessage, 'a message out of place');
  const hadKeys = run.state.keys !== null;
  if (role === 'server') onClientMessage(run, message);
  else onServerMessage(run, message);
  if (hadKeys || !run.state.keys) return;
  const { early } = run.state;
  run.state.early = [];
  for (const record of early) onProtected(run, record);
}
