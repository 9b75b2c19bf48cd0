/** A small DNS server for tests, on a real UDP socket: it knows what it is told and counts what it is asked. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export type DnsRecord =
  | { type: 'A' | 'AAAA'; address: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'NAPTR'; order: number; preference: number; flags: string; service: string; replacement: string };

const TYPES = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
const TTL_S = 60;

const labels = (name: string): Buffer =>
  Buffer.concat([...name.split('.').filter((label) => label !== '').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);
const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
const words = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail)];
  return words(...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after);
}

function dataOf(record: DnsRecord): Buffer {
  if (record.type === 'SRV') return Buffer.concat([words(record.priority, record.weight, record.port), labels(record.target)]);
  if (record.type === 'NAPTR') {
    const { order, preference, flags, service, replacement } = record;
    return Buffer.concat([words(order, preference), text(flags), text(service), text(''), labels(replacement)]);
  }
  return addressBytes(record.address);
}

function nameAt(question: Buffer): { name: string; end: number } {
  const parts: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    parts.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: parts.join('.').toLowerCase(), end: at + 1 };
}

export class DnsServer {
  /** `TYPE name` of every question. */
  readonly asked: string[] = [];
  /** Address and port for a resolver. */
  address = '';
  readonly #socket: Socket = createSocket('udp4');
  readonly #zone: Record<string, readonly DnsRecord[]>;

  private constructor(zone: Record<string, readonly DnsRecord[]>) {
    this.#zone = zone;
  }

  static async start(zone: Record<string, readonly DnsRecord[]>): Promise<DnsServer> {
    const server = new DnsServer(zone);
    server.#socket.on('message', (bytes, { port, address }) => server.#socket.send(server.#answer(bytes), port, address));
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    server.address = `127.0.0.1:${server.#socket.address().port}`;
    return server;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(question: Buffer): Buffer {
    const { name, end } = nameAt(question);
    const code = question.readUInt16BE(end);
    this.asked.push(`${Object.entries(TYPES).find(([, value]) => value === code)?.[0] ?? code} ${name}`);
    const known = this.#zone[name];
    const records = (known ?? []).filter(({ type }) => TYPES[type] === code);
    const answers = records.map((record) => {
      const data = dataOf(record);
      return Buffer.concat([words(0xc00c, code, 1, 0, TTL_S, data.length), data]);
    });
    const head = words(question.readUInt16BE(0), known ? 0x8580 : 0x8583, 1, records.length, 0, 0);
    return Buffer.concat([head, question.subarray(12, end + 4), ...answers]);
  }
}
