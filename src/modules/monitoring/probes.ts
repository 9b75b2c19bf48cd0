/** Looks at the machine and the product: figures by check. What this system does not tell is left out; what fails is null. */
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { CheckId } from '../../../shared/api/monitoring.ts';
import type { MediaProcess } from '../../../shared/api/operator.ts';
import type { Clock } from '../../lib/clock.ts';
import { readFileLimit, readMemoryUse, readNetworkCounters, readUdpOverflows } from './procfs.ts';

export type Figures = Partial<Record<CheckId, number | null>>;

/** Looks once. */
export interface Probe {
  /** Given as unreadable when the probe fails or takes too long. */
  ids: readonly CheckId[];
  read(): Promise<Figures>;
}

export interface ProbeSources {
  clock: Clock;
  dataDir: string;
  /** Null when objects are not kept in a folder of this machine. */
  storeDir: string | null;
  certificateFile: string | null;
  /** Age of the last good backup, % of the interval; null when none are made. */
  backupAge: (() => Promise<number>) | null;
  /** Of this product, for example `http://127.0.0.1:3000/healthz`. */
  healthUrl: () => string;
  database: { ask(): Promise<{ connections: number; mostConnections: number; bytes: number }> };
  /** How late core got to its work at worst since it was last asked, ms. */
  loop: () => number;
  media: () => Promise<MediaProcess[]>;
  /** SIP messages dropped and calls refused for overload so far. */
  sipRefused: () => Promise<number>;
  journalBacklog: () => number;
  /** How far our clock is from the time server's, ms; undefined = none is configured. */
  timeOffset: () => Promise<number | undefined>;
  /** Days by which the destruction of a tenant is late. */
  contracts: () => Promise<number>;
  /** Ms until the malware scanner answered; undefined = none is configured. */
  scannerDelay: () => Promise<number | undefined>;
  /** Ms in which the master key was opened last; null = the next start would fail; undefined = not looked yet. */
  masterKey: () => number | null | undefined;
  /** Ms until a call was answered and heard; null = it was not. */
  call: () => Promise<number | null>;
}

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** What a counter grew by in a second; nothing at the first look, and nothing when it began anew. */
class Rate {
  #last: { at: number; count: number } | null = null;

  of(count: number, at: number): number | undefined {
    const last = this.#last;
    this.#last = { at, count };
    if (!last || count < last.count || at <= last.at) return undefined;
    return ((count - last.count) * SECOND_MS) / (at - last.at);
  }
}

/** Leaves out what is not known. */
const known = (figures: Partial<Record<CheckId, number | null | undefined>>): Figures =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));

/** A file of `/proc`; undefined on systems without it. */
const procFile = (name: string): Promise<string | undefined> => readFile(`/proc/${name}`, 'utf8').catch(() => undefined);

async function timed(clock: Clock, work: () => Promise<unknown>): Promise<number> {
  const began = clock.monotonic();
  await work();
  return clock.monotonic() - began;
}

function networkProbe({ clock }: ProbeSources): Probe {
  const [traffic, errors, overflow] = [new Rate(), new Rate(), new Rate()];
  return {
    ids: [],
    async read() {
      const [dev, snmp] = await Promise.all([procFile('net/dev'), procFile('net/snmp')]);
      const now = clock.monotonic();
      const counters = dev === undefined ? null : readNetworkCounters(dev);
      const lost = snmp === undefined ? null : readUdpOverflows(snmp);
      return known({
        'network.traffic': counters ? traffic.of(counters.bytes, now) : undefined,
        'network.errors': counters ? errors.of(counters.errors, now) : undefined,
        'network.udp_overflow': lost === null ? undefined : overflow.of(lost, now),
      });
    },
  };
}

/** Time that all cores worked and rested so far, ms. */
function cpuTimes(): { busy: number; all: number } {
  const sum = { busy: 0, all: 0 };
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    sum.all += all;
    sum.busy += all - times.idle;
  }
  return sum;
}

function serverProbe(): Probe {
  let last = cpuTimes();
  return {
    ids: [],
    async read() {
      const now = cpuTimes();
      const passed = now.all - last.all;
      const cpu = passed > 0 ? (100 * (now.busy - last.busy)) / passed : undefined;
      last = now;
      const [memory, limits, open] = await Promise.all([procFile('meminfo'), procFile('self/limits'), readdir('/proc/self/fd').catch(() => undefined)]);
      const limit = limits === undefined ? null : readFileLimit(limits);
      return known({
        'servers.cpu': cpu,
        'servers.memory': memory === undefined ? undefined : readMemoryUse(memory),
        'servers.open_files': open && limit !== null ? (100 * open.length) / limit : undefined,
      });
    },
  };
}

/** Share of a file system that is not free for us, percent. A folder that is not made yet will be where its parent is. */
async function diskUse(folder: string): Promise<number> {
  const { blocks, bavail } = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    const parent = dirname(folder);
    if (error.code !== 'ENOENT' || parent === folder) throw error;
    return statfs(parent);
  });
  return blocks > 0 ? 100 * (1 - bavail / blocks) : 0;
}

const diskProbe = (id: 'storage.data' | 'storage.objects', folder: string): Probe => ({ ids: [id], read: async () => ({ [id]: await diskUse(folder) }) });

const databaseProbe = ({ clock, database }: ProbeSources): Probe => ({
  ids: ['software.database', 'software.connections', 'storage.database'],
  async read() {
    let answer = { connections: 0, mostConnections: 1, bytes: 0 };
    const ms = await timed(clock, async () => (answer = await database.ask()));
    return { 'software.database': ms, 'software.connections': (100 * answer.connections) / answer.mostConnections, 'storage.database': answer.bytes };
  },
});

/** How far the wall clock moved against the monotonic one since the last look: a clock that is set again and again. */
function clockProbe({ clock }: ProbeSources): Probe {
  let last: number | null = null;
  return {
    ids: [],
    read() {
      const offset = clock.wall() - clock.monotonic();
      const figures = last === null ? {} : { 'software.clock': Math.abs(offset - last) };
      last = offset;
      return Promise.resolve(figures);
    },
  };
}

const timeProbe = ({ timeOffset }: ProbeSources): Probe => ({
  ids: ['software.time'],
  async read() {
    const offset = await timeOffset();
    return offset === undefined ? {} : { 'software.time': Math.abs(offset) };
  },
});

const scannerProbe = ({ scannerDelay }: ProbeSources): Probe => ({ ids: ['services.scanner'], read: async () => known({ 'services.scanner': await scannerDelay() }) });

const certificateProbe = ({ clock }: ProbeSources, file: string): Probe => ({
  ids: ['software.certificate'],
  async read() {
    const { validToDate } = new X509Certificate(await readFile(file));
    return { 'software.certificate': (validToDate.getTime() - clock.wall()) / DAY_MS };
  },
});

const httpProbe = ({ clock, healthUrl }: ProbeSources): Probe => ({
  ids: ['services.http'],
  async read() {
    const ms = await timed(clock, async () => {
      const answer = await fetch(healthUrl(), { signal: AbortSignal.timeout(3000) });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
    });
    return { 'services.http': ms };
  },
});

function sipProbe({ clock, sipRefused }: ProbeSources): Probe {
  const rate = new Rate();
  return { ids: ['services.sip'], read: async () => known({ 'services.sip': rate.of(await sipRefused(), clock.monotonic()) }) };
}

const callProbe = ({ call }: ProbeSources): Probe => ({ ids: ['services.call'], read: async () => ({ 'services.call': await call() }) });

const processProbe = ({ loop, media, journalBacklog }: ProbeSources): Probe => ({
  ids: ['processes.media', 'processes.media_delay'],
  async read() {
    const own = { 'processes.loop': loop(), 'processes.core_memory': process.memoryUsage.rss(), 'services.journal': journalBacklog() };
    const processes = await media();
    const loads = processes.flatMap(({ load }) => (load ? [load.tickLateP99Ms] : []));
    // Of processes that do not answer the first figure tells.
    return known({ ...own, 'processes.media': processes.length - loads.length, 'processes.media_delay': loads.length > 0 ? Math.max(...loads) : undefined });
  },
});

/** Every probe for this machine. */
export function createProbes(sources: ProbeSources): Probe[] {
  const { storeDir, certificateFile, dataDir, backupAge } = sources;
  return [
    networkProbe(sources),
    serverProbe(),
    diskProbe('storage.data', dataDir),
    ...(storeDir === null ? [] : [diskProbe('storage.objects', storeDir)]),
    ...(backupAge === null ? [] : [{ ids: ['storage.backup'], read: async () => ({ 'storage.backup': await backupAge() }) } satisfies Probe]),
    databaseProbe(sources),
    clockProbe(sources),
    timeProbe(sources),
    ...(certificateFile === null ? [] : [certificateProbe(sources, certificateFile)]),
    httpProbe(sources),
    sipProbe(sources),
    callProbe(sources),
    { ids: ['services.contracts'], read: async () => ({ 'services.contracts': await sources.contracts() }) },
    scannerProbe(sources),
    { ids: [], read: () => Promise.resolve(known({ 'services.master_key': sources.masterKey() })) },
    processProbe(sources),
  ];
}
