import { Counter, type Registry } from 'prom-client';
import type { ScannerPlace } from '../../lib/config.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf, unavailable } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { askVersion, scanBytes } from './clamd.ts';

/** No route takes a larger file, bytes. */
export const LARGEST_UPLOAD = 8 * 1024 * 1024;

/** For one file; clamd needs milliseconds for what is uploaded here. */
const SCAN_MS = 10_000;
/** Within the patience of the monitoring. */
const ASK_MS = 4_000;

/** Looks for malware in files of others before anybody parses or stores them. */
export interface Scanner {
  /** False: nothing is scanned here, and `check` lets everything pass. */
  isConfigured: boolean;
  /**
   * @param what route or source that the bytes came by, for the log
   * @throws AppError `malware_found` with `extra.signature`; `scanner_unavailable` when they could not be scanned
   */
  check(bytes: Buffer, what: string): Promise<void>;
  /** How long it takes to answer, ms; undefined = none is configured. @throws ScannerError when it does not */
  delay(): Promise<number | undefined>;
}

/** Where no scanner is configured. */
export const NO_SCANNER: Scanner = { isConfigured: false, check: () => Promise.resolve(), delay: () => Promise.resolve(undefined) };

export interface ScannerOptions {
  /** Where clamd listens; null = none is configured. */
  place: ScannerPlace | null;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** The configured scanner. */
export function createScanner({ place, clock, logger, registry }: ScannerOptions): Scanner {
  if (place === null) return NO_SCANNER;
  const scanned = new Counter({ name: 'scc_files_scanned_total', help: 'Files looked at for malware: clean, found, or failed (and refused).', labelNames: ['outcome'], registers: [registry] });
  const scan = async (bytes: Buffer, what: string): Promise<string | null> => {
    try {
      return await scanBytes(place, bytes, clock, SCAN_MS);
    } catch (error) {
      scanned.inc({ outcome: 'failed' });
      logger.error({ what, reason: messageOf(error) }, 'a file was refused because it could not be scanned for malware');
      throw unavailable('scanner_unavailable', 'The file could not be scanned for malware and was not taken. Try again later.');
    }
  };
  return {
    isConfigured: true,
    async check(bytes, what) {
      const signature = await scan(bytes, what);
      scanned.inc({ outcome: signature === null ? 'clean' : 'found' });
      if (signature === null) return;
      logger.warn({ what, signature, bytes: bytes.length }, 'malware was found in a file, which was refused');
      throw new AppError('malware_found', 422, 'The malware scanner found something in this file; it was not taken.', { signature });
    },
    async delay() {
      const began = clock.monotonic();
      await askVersion(place, clock, ASK_MS);
      return clock.monotonic() - began;
    },
  };
}
