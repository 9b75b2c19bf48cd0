/** Calls of SIPp with sound: 50 packets of G.711 a second from the caller, sent back by the agent (`-rtp_echo`). For `bench/peer.ts`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { round, wait, type Callee, type Cpu } from './_signalling-rate.ts';
import { sipp } from './_sipp.ts';

/** One second; SIPp sends it again and again, 160 bytes each 20 ms. */
const SOUND_BYTES = 8000;
const CALLS_PER_SECOND = 20;
const SETTLE_MS = 3000;
/** Caller to us, on to the agent, and the same back: fewer, and somebody was not heard. */
const DATAGRAMS = 200;

const head = (method: string, to: string): string => `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>${to}
Call-ID: [call_id]
CSeq: [cseq] ${method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
`;
const SDP = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000`;
const send = (text: string, attributes = ''): string => `<send${attributes}><![CDATA[\n\n${text}\n\n]]></send>`;

const scenario = (sound: string): string => `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="caller with sound">
${send(head('INVITE', '') + SDP, ' retrans="500"')}
<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
${send(`${head('ACK', '[peer_tag_param]')}Content-Length: 0`)}
<nop><action><exec rtp_stream="${sound},-1,0,PCMU/8000"/></action></nop>
<pause/>
${send(`${head('BYE', '[peer_tag_param]')}Content-Length: 0`, ' retrans="500"')}
<recv response="200"/>
</scenario>
`;

/** UDP datagrams that were sent on this machine so far. Not received ones: SIPp leaves those to its calls unread. */
function datagrams(): number {
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'latin1').split('\n').filter((line) => line.startsWith('Udp:'));
  return Number(values.split(' ')[names.split(' ').indexOf('OutDatagrams')]);
}

export interface SoundSample {
  calls: number;
  seconds: number;
  cpuPercentOfACorePerCall: Cpu & { all: number };
  datagramsPerSecondAndCall: number;
}

/** @throws Error when the calls did not come to stand, or were not heard on both sides */
export async function withSound(callee: Callee, number: string, calls: number, seconds: number): Promise<SoundSample> {
  const folder = mkdtempSync(join(tmpdir(), 'scc-bench-'));
  const [file, sound] = [join(folder, 'caller.xml'), join(folder, 'sound.ul')];
  writeFileSync(sound, Buffer.from(Array.from({ length: SOUND_BYTES }, (_, index) => (index * 37) & 0xff)));
  writeFileSync(file, scenario(sound));
  const rampMs = (calls / CALLS_PER_SECOND) * 1000;
  const holdMs = rampMs + SETTLE_MS + seconds * 1000 + SETTLE_MS;
  const run = sipp(['-sf', file, `127.0.0.1:${callee.sipPort}`, '-s', number, '-p', '16150', '-mp', '17000', '-r', `${CALLS_PER_SECOND}`, '-m', `${calls}`, '-l', `${calls}`, '-d', `${holdMs}`], folder);
  await wait(rampMs + SETTLE_MS);
  const before = { cpu: callee.cpu(), datagrams: datagrams(), at: performance.now() };
  await wait(seconds * 1000);
  const after = { cpu: callee.cpu(), datagrams: datagrams(), at: performance.now() };
  const { code, output } = await run.done;
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`calls with sound to ${number} failed: ${output.slice(-2000)}`);
  const took = (after.at - before.at) / 1000;
  const heard = round((after.datagrams - before.datagrams) / took / calls);
  if (heard < DATAGRAMS * 0.95) throw new Error(`${heard} datagrams a second and call to ${number}, of ${DATAGRAMS}`);
  const share = (part: keyof Cpu): number => round3((after.cpu[part] - before.cpu[part]) / took / 10 / calls);
  const parts = { core: share('core'), media: share('media'), database: share('database') };
  return { calls, seconds: round(took), cpuPercentOfACorePerCall: { ...parts, all: round3(parts.core + parts.media + parts.database) }, datagramsPerSecondAndCall: heard };
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000;
