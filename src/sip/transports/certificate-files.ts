/** Key and certificate in files: made when there are none, read again when they change (a renewal by an ACME client). */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { RandomBytes } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { selfSigned } from './self-signed.ts';
import type { TlsIdentity } from './tls.ts';

export interface CertificateFilesOptions {
  /** PEM, the chain with our own certificate first. */
  certificateFile: string;
  keyFile: string;
  clock: Clock;
  logger: Logger;
  /** How often the files are looked at, ms. */
  everyMs?: number;
}

const EVERY_MS = 10_000;
const SELF_SIGNED_DAYS = 3650;

export class CertificateFiles implements TlsIdentity {
  readonly #options: CertificateFilesOptions;
  readonly #listeners = new Set<() => void>();
  #current: { key: string; certificate: string };
  #seen: string;
  #stop: () => void = () => undefined;

  /** @throws Error naming the files when they cannot be read or do not belong together */
  constructor(options: CertificateFilesOptions) {
    this.#options = options;
    this.#seen = this.#version();
    this.#current = this.#read();
    this.#watch();
  }

  get key(): string {
    return this.#current.key;
  }

  get certificate(): string {
    return this.#current.certificate;
  }

  onChange(run: () => void): () => void {
    this.#listeners.add(run);
    return () => this.#listeners.delete(run);
  }

  /** Stops looking at the files. */
  stop(): void {
    this.#stop();
  }

  #watch(): void {
    this.#stop = this.#options.clock.after(this.#options.everyMs ?? EVERY_MS, () => {
      this.#refresh();
      this.#watch();
    });
  }

  /** The two files are not written at one moment: a pair that does not fit is tried again at the next look. */
  #refresh(): void {
    const { logger, certificateFile } = this.#options;
    try {
      const version = this.#version();
      if (version === this.#seen) return;
      this.#current = this.#read();
      this.#seen = version;
    } catch (error) {
      logger.warn({ file: certificateFile, error: messageOf(error) }, 'changed certificate cannot be used; the old one stays');
      return;
    }
    logger.info({ file: certificateFile }, 'certificate read again');
    for (const run of this.#listeners) run();
  }

  #version(): string {
    const { certificateFile, keyFile } = this.#options;
    return [certificateFile, keyFile]
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((found) => `${found?.mtimeMs ?? 0}/${found?.size ?? 0}/${found?.ino ?? 0}`)
      .join(' ');
  }

  #read(): { key: string; certificate: string } {
    const { certificateFile, keyFile } = this.#options;
    try {
      const pair = { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8') };
      createSecureContext({ key: pair.key, cert: pair.certificate });
      return pair;
    } catch (error) {
      throw new Error(`The certificate ${certificateFile} with the key ${keyFile} cannot be used: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Writes a self-signed certificate and its key (mode 0600) where neither is there. */
export function makeCertificate(certificateFile: string, keyFile: string, names: readonly string[], wallMs: number, random: RandomBytes): void {
  if (existsSync(certificateFile) || existsSync(keyFile)) return;
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  const { key, certificate } = selfSigned(names, wallMs, SELF_SIGNED_DAYS, random);
  writeFileSync(keyFile, key, { mode: 0o600 });
  writeFileSync(certificateFile, certificate, { mode: 0o600 });
}
