/**
 * One field of an INVITE at a time filled with something bad, on a real socket; after each case an ordinary INVITE must be
 * answered. The idea is that of the PROTOS c07-sip suite, the cases are our own.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLogger, type Logger } from '../lib/logger.ts';
import { answerFor } from '../protocol/sdp/negotiate.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import { SipUserAgent } from './sip-agent.ts';

const repeated = ['a', ' ', '\t', '"', '<', '>', '(', '[', ']', ';', ',', ':', '=', '@', '%', '\\', '/', '.', '0', '9', '-', '*', '?', '&', '%n', '%s', ';a', ';a=b', ',a', '<sip:', '\\"', '[::', '\r\n ', 'あ', '\0', '\xff'];
const ANOMALIES = [
  ...repeated.flatMap((piece) => [16, 256, 4096].map((length) => piece.repeat(Math.ceil(length / piece.length)))),
  '', ' ', '\r\n', '\n', '\r', '\0', '\u007f', '\u001b[2J', 'a'.repeat(2 ** 15), '-1', '0', '4294967296', '9'.repeat(40), '1.2.3.4.5', '256.256.256.256',
  '[2001:db8::1', '::1', 'null', '%00', '%', '${x}', '../../x', '*', '\r\nVia: x', '\r\n\r\nINVITE sip:x SIP/2.0\r\n',
];

/** Each field of the message with its proper value. */
const FIELDS: Readonly<Record<string, string>> = {
  method: 'INVITE', scheme: 'sip', user: '0312340001', host: '127.0.0.1', uriParam: 'user=phone', version: 'SIP/2.0', viaProtocol: 'SIP/2.0/UDP',
  viaHost: '127.0.0.1', viaBranch: 'z9hG4bK', viaParam: 'x=y', fromDisplay: '"A"', fromUri: 'sip:a@b', fromTag: 'f', toUri: 'sip:c@d', toParam: 'x=y',
  callId: 'id', cseqNumber: '1', cseqMethod: 'INVITE', maxForwards: '70', contact: '<sip:a@127.0.0.1>', expires: '60', contentType: 'application/sdp',
  route: '<sip:r;lr>', recordRoute: '<sip:r;lr>', accept: 'application/sdp', supported: 'x', authorization: 'Digest realm="scc"', date: 'Mon, 05 Jan 2026 00:00:00 GMT',
  asserted: '<sip:a@b>', privacy: 'none', subject: 's', headerName: 'X-Name', headerValue: 'v', sdpVersion: '0', sdpOrigin: '- 1 1 IN IP4 127.0.0.1', sdpConnection: 'IN IP4 127.0.0.1',
  sdpTime: '0 0', sdpPort: '4000', sdpProto: 'RTP/AVP', sdpFormats: '0 101', sdpRtpmap: '101 telephone-event/8000', sdpAttribute: 'sendrecv',
};

function build(f: Readonly<Record<string, string>>, id: string): Buffer {
  const sdp = `v=${f.sdpVersion}\r\no=${f.sdpOrigin}\r\ns=-\r\nc=${f.sdpConnection}\r\nt=${f.sdpTime}\r\nm=audio ${f.sdpPort} ${f.sdpProto} ${f.sdpFormats}\r\na=rtpmap:${f.sdpRtpmap}\r\na=${f.sdpAttribute}\r\n`;
  const lines = [
    `${f.method} ${f.scheme}:${f.user}@${f.host};${f.uriParam} ${f.version}`,
    `Via: ${f.viaProtocol} ${f.viaHost};branch=${f.viaBranch}${id};rport;${f.viaParam}`,
    `From: ${f.fromDisplay} <${f.fromUri}>;tag=${f.fromTag}`,
    `To: <${f.toUri}>;${f.toParam}`,
    `Call-ID: ${f.callId}${id}`,
    `CSeq: ${f.cseqNumber} ${f.cseqMethod}`,
    `Max-Forwards: ${f.maxForwards}`,
    `Contact: ${f.contact}`,
    `Expires: ${f.expires}`,
    `Route: ${f.route}`,
    `Record-Route: ${f.recordRoute}`,
    `Accept: ${f.accept}`,
    `Supported: ${f.supported}`,
    `Authorization: ${f.authorization}`,
    `Date: ${f.date}`,
    `P-Asserted-Identity: ${f.asserted}`,
    `Privacy: ${f.privacy}`,
    `Subject: ${f.subject}`,
    `${f.headerName}: ${f.headerValue}`,
    `Content-Type: ${f.contentType}`,
    `Content-Length: ${Buffer.byteLength(sdp)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${sdp}`, 'utf8');
}

let agent: SipUserAgent;
let port: number;
let socket: Socket;
const faults: object[] = [];
const waiting = new Map<string, (status: number) => void>();

beforeAll(async () => {
  const logger: Logger = { ...silentLogger, error: (fields) => faults.push(fields) };
  agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger,
    random: randomBytes,
    directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
    onEvent: (event) => {
      if (event.type !== 'incoming') return;
      try {
        answerFor(event.invite.sdp, { host: '127.0.0.1', port: 4002 }, 'sendrecv');
        agent.reject(event.invite.legId, 486);
      } catch (error) {
        if (!(error instanceof SdpError)) throw error;
        agent.reject(event.invite.legId, error.status);
      }
    },
  });
  ({ udpPort: port } = await agent.start());
  socket = createSocket('udp4');
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1');
    const id = /\r\nCall-ID: id(probe\d+)\r\n/.exec(text)?.[1];
    const status = Number(text.slice(8, 11));
    if (id === undefined || status < 200) return;
    acknowledge(id, text);
    waiting.get(id)?.(status);
    waiting.delete(id);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  socket.close();
  await agent.stop();
});

function acknowledge(id: string, response: string): void {
  const to = /\r\nTo: .*\r\n/.exec(response)?.[0] ?? '';
  const ack = `ACK sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${id};rport\r\nFrom: <sip:a@b>;tag=f${to}Call-ID: id${id}\r\nCSeq: 1 ACK\r\n\r\n`;
  socket.send(ack, port, '127.0.0.1');
}

/** An ordinary INVITE; gives its final status, or 0 when none comes within a second. */
function probe(id: string, to = port): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(0), 1000);
    waiting.set(id, (status) => {
      clearTimeout(timer);
      resolve(status);
    });
    socket.send(build(FIELDS, id), to, '127.0.0.1');
  });
}

describe('anomalies', () => {
  const cases = Object.keys(FIELDS).length * ANOMALIES.length;

  it('are at least as many as PROTOS has', () => {
    expect(cases).toBeGreaterThanOrEqual(4527);
  });

  it.each(Object.keys(FIELDS))('in %s: a valid INVITE is answered after each', { timeout: 60_000 }, async (field) => {
    for (const [index, anomaly] of ANOMALIES.entries()) {
      const bytes = build({ ...FIELDS, [field]: anomaly }, `${field}${index}`);
      if (bytes.length <= 65_507) socket.send(bytes, port, '127.0.0.1');
      const id = `probe${Object.keys(FIELDS).indexOf(field) * 1000 + index}`;
      expect(await probe(id), `${field} = ${JSON.stringify(anomaly.slice(0, 60))}`).toBe(486);
    }
    expect(faults).toEqual([]);
  });

  it('control: an agent that stumbles is seen, by its silence and its log', async () => {
    const logged: object[] = [];
    const clumsy = new SipUserAgent({
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      logger: { ...silentLogger, error: (fields) => logged.push(fields) },
      random: randomBytes,
      directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
      onEvent: () => {
        throw new TypeError('stumbled');
      },
    });
    const { udpPort } = await clumsy.start();
    expect(await probe('probe999999', udpPort)).toBe(0);
    expect(logged.length).toBeGreaterThan(0);
    await clumsy.stop();
  });
});
