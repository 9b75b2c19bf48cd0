import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { ALAW_TO_LINEAR, linearToAlaw, linearToMulaw, MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';
import { openSealedStream, sourceOfBytes } from '../vault/stream.ts';
import { MediaError } from './errors.ts';
import type { SealedSound, SoundSource } from './protocol.ts';
import { parseWav, toTelephoneRate } from './sound-file.ts';

/** A sound in both laws, ready to be cut into packets. */
export interface Sound {
  mulaw: Buffer;
  alaw: Buffer;
}

const SOUND_NAME = /^[a-z0-9]+(?:[-_/][a-z0-9]+)*$/;
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;
const LOOK_AGAIN_MS = 2000;

interface Cached {
  sound: Promise<Sound>;
  stamp: string;
  bytes: number;
  /** Until then a shipped sound is not looked at on the disk; monotonic, ms. */
  lookAgainAt: number;
}

/** Loads sounds once and keeps the most recently used ones in memory. */
export class SoundLibrary {
  readonly #folder: string;
  readonly #cache = new Map<string, Cached>();
  #bytes = 0;

  /** @param folder of the shipped sounds */
  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /**
   * @param source name of a shipped sound (`ja/goodbye`), the absolute path of a WAV, `.ulaw` or `.alaw` file, or a sealed
   *   WAV file, which is opened in memory only
   * @throws MediaError `unknown_sound`
   */
  async get(source: SoundSource): Promise<Sound> {
    const name = typeof source === 'string' ? source : source.path;
    const seal = typeof source === 'string' ? null : source;
    if (seal && !isAbsolute(name)) throw new MediaError('unknown_sound', 'A sealed sound has an absolute path.');
    if (!isAbsolute(name) && !SOUND_NAME.test(name)) throw new MediaError('unknown_sound', 'Not the name of a sound.');
    const path = isAbsolute(name) ? name : join(this.#folder, `${name}.wav`);
    const shipped = this.#cache.get(path);
    if (shipped && !isAbsolute(name) && systemClock.monotonic() < shipped.lookAgainAt) return shipped.sound;
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile() || facts.size > MAX_FILE_BYTES) throw new MediaError('unknown_sound', `There is no sound ${name}.`);
    // What a caller said is heard now and kept in no memory.
    if (seal?.content === 'recording') return load(path, name, seal);
    const stamp = `${facts.mtimeMs}:${facts.size}:${seal ? digestOf(seal) : ''}`;
    const found = this.#cache.get(path);
    if (found?.stamp === stamp) {
      // Moves to the end of the map: the beginning is what was not used for longest.
      this.#cache.delete(path);
      this.#cache.set(path, found);
      found.lookAgainAt = systemClock.monotonic() + LOOK_AGAIN_MS;
      return found.sound;
    }
    this.#forget(path);
    const entry: Cached = { sound: load(path, name, seal), stamp, bytes: 0, lookAgainAt: systemClock.monotonic() + LOOK_AGAIN_MS };
    this.#cache.set(path, entry);
    try {
      const sound = await entry.sound;
      this.#account(path, entry, sound);
      return sound;
    } catch (error) {
      if (this.#cache.get(path) === entry) this.#cache.delete(path);
      throw error;
    }
  }

  #account(path: string, entry: Cached, sound: Sound): void {
    if (entry.bytes > 0 || this.#cache.get(path) !== entry) return;
    entry.bytes = sound.mulaw.length + sound.alaw.length;
    this.#bytes += entry.bytes;
    for (const oldest of this.#cache.keys()) {
      if (this.#bytes <= CACHE_BYTES || oldest === path) break;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    this.#bytes -= this.#cache.get(path)?.bytes ?? 0;
    this.#cache.delete(path);
  }
}

/** A sound in memory is given again only for the key that opened it; the cache keeps no key. */
const digestOf = ({ key, associatedData }: SealedSound): string =>
  createHash('sha256').update(`${key}\n${associatedData}`).digest('base64');

async function load(path: string, name: string, seal: SealedSound | null): Promise<Sound> {
  try {
    const file = await readFile(path);
    const samples = seal ? await sealedSamples(file, seal) : await samplesOf(file, extname(path).toLowerCase());
    return { mulaw: linearToMulaw(samples), alaw: linearToAlaw(samples) };
  } catch (error) {
    throw new MediaError('unknown_sound', `The sound ${name} cannot be read: ${messageOf(error)}`);
  }
}

async function sealedSamples(file: Buffer, seal: SealedSound): Promise<Int16Array> {
  const opened = await unseal(file, seal);
  if (seal.content !== 'recording') return samplesOf(opened, '.wav');
  // Two channels in turn; the left one is the caller.
  return Int16Array.from({ length: opened.length >> 1 }, (_, frame) => MULAW_TO_LINEAR[opened[frame * 2] ?? 0] ?? 0);
}

async function unseal(file: Buffer, { key, associatedData, content }: SealedSound): Promise<Buffer> {
  const reader = await openSealedStream({
    source: sourceOfBytes(file),
    key: Buffer.from(key, 'base64'),
    associatedData: Buffer.from(associatedData, 'utf8'),
    // A recording that broke off is whole up to its last chunk.
    requireComplete: content === undefined,
  });
  return reader.read(0, reader.sizeBytes);
}

async function samplesOf(file: Buffer, extension: string): Promise<Int16Array> {
  if (extension === '.ulaw' || extension === '.pcmu') return Int16Array.from(file, (code) => MULAW_TO_LINEAR[code] ?? 0);
  if (extension === '.alaw' || extension === '.pcma') return Int16Array.from(file, (code) => ALAW_TO_LINEAR[code] ?? 0);
  return toTelephoneRate(parseWav(file), () => turn());
}
