import { ALERT, type DtlsError } from './errors.ts';
import { type FlightPart, packFlight } from './flight.ts';
import { type HandshakeMessage, serializeMessage } from './handshake.ts';
import { agree } from './ecdh.ts';
import { hashOf, masterSecret, recordKeys, srtpMasters } from './key-schedule.ts';
import { CONTENT } from './numbers.ts';
import { serializeRecord } from './record.ts';
import { sealRecord } from './record-cipher.ts';
import type { DtlsConfig, DtlsEffect, DtlsState } from './state.ts';

/** First wait for an answer and the longest (RFC 6347 section 4.2.4.1), ms. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A handshake takes no longer, ms. */
const DEADLINE_MS = 30_000;
/** Between two repetitions that the peer asked for, ms. */
const REPEAT_MS = 40;

const FATAL = 2;
const WARNING = 1;

/** One step of an association: a copy of its state to work on, and the effects so far. */
export class DtlsRun {
  readonly config: DtlsConfig;
  readonly nowMs: number;
  readonly effects: DtlsEffect[] = [];
  state: DtlsState;

  constructor(config: DtlsConfig, state: DtlsState, nowMs: number) {
    this.config = config;
    this.state = { ...state };
    this.nowMs = nowMs;
  }

  /** A message of ours with the next number; it counts for the hash of the handshake. */
  message(type: number, body: Buffer): HandshakeMessage {
    const message = { type, sequence: this.state.next++, body };
    this.note(message);
    return message;
  }

  note(message: HandshakeMessage): void {
    this.state.transcript = [...this.state.transcript, serializeMessage(message)];
  }

  /** Sends a flight and repeats it until the peer's next one is whole. @param isLast nothing follows it */
  send(parts: readonly FlightPart[], isLast = false): void {
    const { nowMs } = this;
    const waitMs = FIRST_WAIT_MS;
    this.state.flight = { parts, sentAtMs: nowMs, waitMs, dueMs: isLast ? null : nowMs + waitMs, prompt: this.state.due - 1 };
    this.state.deadlineMs ??= nowMs + DEADLINE_MS;
    this.transmit(parts);
  }

  /** The answer did not come in time. */
  repeat(): void {
    const { flight } = this.state;
    if (!flight) return;
    const waitMs = Math.min(flight.waitMs * 2, LONGEST_WAIT_MS);
    this.state.flight = { ...flight, waitMs, sentAtMs: this.nowMs, dueMs: this.nowMs + waitMs };
    this.transmit(flight.parts);
  }

  /** The peer sent a message again that we have answered: our answer was lost. */
  repeated(sequence: number): void {
    const { flight, due } = this.state;
    if (!flight || flight.prompt !== sequence || due !== sequence + 1 || this.nowMs - flight.sentAtMs < REPEAT_MS) return;
    this.state.flight = { ...flight, sentAtMs: this.nowMs };
    this.transmit(flight.parts);
  }

  /** ClientKeyExchange is the newest message: from here on there are keys. @throws DtlsError when the peer's key is bad */
  derive(peerPublicKey: Buffer): void {
    const { ephemeral, randoms, extendedMasterSecret, transcript } = this.state;
    if (!ephemeral) return;
    const master = masterSecret(agree(ephemeral, peerPublicKey), randoms, extendedMasterSecret ? hashOf(transcript) : null);
    const { client, server } = recordKeys(master, randoms);
    this.state.master = master;
    this.state.keys = this.config.role === 'client' ? { read: server, write: client } : { read: client, write: server };
    this.state.ephemeral = null;
  }

  connected(): void {
    const { master, profile, randoms } = this.state;
    if (!master || !profile) return;
    const masters = srtpMasters(master, randoms, profile);
    const isClient = this.config.role === 'client';
    this.state.stage = 'connected';
    this.state.deadlineMs = null;
    const [localMaster, remoteMaster] = isClient ? [masters.client, masters.server] : [masters.server, masters.client];
    this.effects.push({ type: 'connected', profile, localMaster, remoteMaster });
  }

  fail(error: DtlsError): void {
    this.#alert(FATAL, error.alert);
    this.#end('failed');
    this.effects.push({ type: 'failed', reason: error.reason });
  }

  /** The time for the handshake is over; told to nobody. */
  giveUp(): void {
    const { hint } = this.state;
    this.#end('failed');
    this.effects.push({ type: 'failed', reason: hint === null ? 'no answer' : `no answer but an alert of description ${hint}` });
  }

  /** Says goodbye; no more than that is done in either direction afterwards. */
  close(): void {
    if (this.state.stage === 'closed' || this.state.stage === 'failed') return;
    if (this.#isProtecting()) this.#alert(WARNING, ALERT.closeNotify);
    this.#end('closed');
  }

  /** Our ChangeCipherSpec is out: a client's before the server's Finished. */
  #isProtecting(): boolean {
    const { stage } = this.state;
    return stage === 'connected' || (stage === 'finished' && this.config.role === 'client');
  }

  #end(stage: 'failed' | 'closed'): void {
    this.state = { ...this.state, stage, flight: null, deadlineMs: null, kept: new Map(), early: [] };
  }

  #alert(level: number, description: number): void {
    const { keys, records } = this.state;
    const isProtected = keys !== null && this.#isProtecting();
    const epoch = isProtected ? 1 : 0;
    const plain = { type: CONTENT.alert, epoch, sequence: records[epoch], fragment: Buffer.from([level, description]) };
    this.state.records = isProtected ? [records[0], records[1] + 1] : [records[0] + 1, records[1]];
    this.effects.push({ type: 'send', datagram: serializeRecord(isProtected ? sealRecord(keys.write, plain) : plain) });
  }

  /** Sends once; nothing is remembered. */
  transmit(parts: readonly FlightPart[]): void {
    const write = this.state.keys?.write ?? null;
    const { datagrams, records } = packFlight(parts, this.state.records, write);
    this.state.records = records;
    for (const datagram of datagrams) this.effects.push({ type: 'send', datagram });
  }
}

/** Parts of a flight without protection. */
export const plain = (...messages: readonly HandshakeMessage[]): FlightPart[] => messages.map((message) => ({ kind: 'message', message, epoch: 0 }));
