/** Readers of Linux' `/proc`, from text to figures; null where a line is missing (proc(5)). */

export interface NetworkCounters {
  /** Received and sent since the start of the machine. */
  bytes: number;
  /** Errors and drops, both ways. */
  errors: number;
}

/** Every interface but the loopback, together. @param text `/proc/net/dev` */
export function readNetworkCounters(text: string): NetworkCounters {
  const total = { bytes: 0, errors: 0 };
  for (const line of text.split('\n').slice(2)) {
    const [name = '', rest = ''] = line.split(':');
    if (name.trim() === 'lo' || rest === '') continue;
    // Received: bytes packets errs drop fifo frame compressed multicast; sent: bytes packets errs drop ...
    const fields = rest.trim().split(/\s+/).map(Number);
    total.bytes += (fields[0] ?? 0) + (fields[8] ?? 0);
    total.errors += (fields[2] ?? 0) + (fields[3] ?? 0) + (fields[10] ?? 0) + (fields[11] ?? 0);
  }
  return total;
}

/** UDP datagrams thrown away because nobody took them in time. @param text `/proc/net/snmp` */
export function readUdpOverflows(text: string): number | null {
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Udp:')).map((line) => line.split(/\s+/));
  const at = names?.indexOf('RcvbufErrors') ?? -1;
  const value = Number(values?.[at]);
  return at > 0 && Number.isFinite(value) ? value : null;
}

/** Share of the memory that is in use, percent. @param text `/proc/meminfo` */
export function readMemoryUse(text: string): number | null {
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  const [total, available] = [of('MemTotal'), of('MemAvailable')];
  return total > 0 && available >= 0 ? 100 * (1 - available / total) : null;
}

/** How many files this process may open; null = no limit. @param text `/proc/self/limits` */
export function readFileLimit(text: string): number | null {
  const soft = Number(/^Max open files\s+(\S+)/m.exec(text)?.[1]);
  return Number.isFinite(soft) && soft > 0 ? soft : null;
}
