import type { CheckClass, CheckId, CheckUnit } from '../../../shared/api/monitoring.ts';

/** What is normal for a check. */
export interface CheckRule {
  class: CheckClass;
  unit: CheckUnit;
  /** From here on worth knowing; null = never. */
  note: number | null;
  /** From here on a fault; null = never. */
  fault: number | null;
  /** Low values are the bad ones. */
  lowIsBad: boolean;
  /** Smallest distance from the usual value that is a sudden change, in the unit; null = changes are of no interest. */
  sudden: number | null;
}

const rule = (kind: CheckClass, unit: CheckUnit, bounds: Partial<Omit<CheckRule, 'class' | 'unit'>>): CheckRule => ({
  class: kind,
  unit,
  note: null,
  fault: null,
  lowIsBad: false,
  sudden: null,
  ...bounds,
});

const MB = 2 ** 20;

/** Every check with its bounds. 80 and 90 % of a disk are the paper's reserve (12.1.3). */
export const CHECK_RULES: Readonly<Record<CheckId, CheckRule>> = {
  'network.traffic': rule('network', 'bytesPerSecond', { sudden: 5 * MB }),
  'network.errors': rule('network', 'perSecond', { note: 1, fault: 100 }),
  'network.udp_overflow': rule('network', 'perSecond', { note: 1, fault: 100 }),
  'servers.cpu': rule('servers', 'percent', { note: 85, fault: 97, sudden: 40 }),
  'servers.memory': rule('servers', 'percent', { note: 85, fault: 95, sudden: 20 }),
  'servers.open_files': rule('servers', 'percent', { note: 70, fault: 90 }),
  'storage.data': rule('storage', 'percent', { note: 80, fault: 90, sudden: 5 }),
  'storage.objects': rule('storage', 'percent', { note: 80, fault: 90, sudden: 5 }),
  // Of the interval. A backup that failed, or does not come back, counts as three intervals old.
  'storage.backup': rule('storage', 'percent', { note: 150, fault: 300 }),
  'storage.database': rule('storage', 'bytes', { sudden: 500 * MB }),
  'software.database': rule('software', 'ms', { note: 250, fault: 2000, sudden: 200 }),
  'software.connections': rule('software', 'percent', { note: 80, fault: 95 }),
  'software.clock': rule('software', 'ms', { note: 500, fault: 5000 }),
  'software.time': rule('software', 'ms', { note: 500, fault: 2000 }),
  'software.certificate': rule('software', 'days', { note: 30, fault: 7, lowIsBad: true }),
  'services.http': rule('services', 'ms', { note: 500, fault: 3000, sudden: 300 }),
  'services.sip': rule('services', 'perSecond', { note: 1, fault: 20 }),
  'services.call': rule('services', 'ms', { note: 1000, fault: 3000, sudden: 500 }),
  'services.journal': rule('services', 'count', { note: 1000, fault: 5000, sudden: 500 }),
  // Days by which a tenant's destruction is late: the white paper promises its day.
  'services.contracts': rule('services', 'days', { note: 1, fault: 7 }),
  // Uploads are refused when it does not answer.
  'services.scanner': rule('services', 'ms', { note: 1000, fault: 3000 }),
  // What the next start does first. Where it would fail, it counts as unreadable, which is a fault.
  'services.master_key': rule('services', 'ms', { note: 2000 }),
  'processes.loop': rule('processes', 'ms', { note: 100, fault: 500, sudden: 80 }),
  'processes.core_memory': rule('processes', 'bytes', { note: 1024 * MB, fault: 3072 * MB, sudden: 200 * MB }),
  'processes.media': rule('processes', 'count', { fault: 1 }),
  'processes.media_delay': rule('processes', 'ms', { note: 10, fault: 40, sudden: 10 }),
};
