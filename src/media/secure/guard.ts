import { SRTP_OVERHEAD_BYTES, SrtpReceiver, SrtpSender } from '../../protocol/rtp/srtp.ts';
import type { SrtpProfile } from '../../protocol/rtp/srtp-profile.ts';
import type { SrtpKeys } from '../../protocol/sdp/security.ts';

/** Stands between a socket and the audio of a protected stream. A plain stream has none. */
export interface Guard {
  /** Opens RTP in place; null = forged or repeated. */
  openRtp(packet: Buffer): Buffer | null;
  /** Opens RTCP in place; null as above. */
  openRtcp(packet: Buffer): Buffer | null;
  /** Protects one packet; the result may be used again 100 ms later. Null = cannot be sent. */
  sealRtp(packet: Buffer, offset: number, length: number): Buffer | null;
  /** Null as above. */
  sealRtcp(packet: Buffer): Buffer | null;
}

/** Enough that a packet is on the wire long before its buffer comes round again. */
const BUFFERS = 8;
const BUFFER_BYTES = 1600 + SRTP_OVERHEAD_BYTES;

/** Before there are keys: nothing passes, in neither direction. */
export const CLOSED: Guard = { openRtp: () => null, openRtcp: () => null, sealRtp: () => null, sealRtcp: () => null };

/** SRTP with the keys of both directions. */
class KeyedGuard implements Guard {
  readonly #sender: SrtpSender;
  readonly #receiver: SrtpReceiver;
  readonly #buffers: Buffer[] = [];
  #next = 0;

  constructor(sender: SrtpSender, receiver: SrtpReceiver) {
    this.#sender = sender;
    this.#receiver = receiver;
  }

  openRtp(packet: Buffer): Buffer | null {
    return this.#receiver.rtp(packet);
  }

  openRtcp(packet: Buffer): Buffer | null {
    return this.#receiver.rtcp(packet);
  }

  sealRtp(packet: Buffer, offset: number, length: number): Buffer | null {
    // Never in place: others may listen to the same packet.
    const into = (this.#buffers[this.#next] ??= Buffer.allocUnsafeSlow(BUFFER_BYTES));
    this.#next = (this.#next + 1) % BUFFERS;
    const sealed = this.#sender.rtp(packet, offset, length, into);
    return sealed === 0 ? null : into.subarray(0, sealed);
  }

  sealRtcp(packet: Buffer): Buffer {
    return this.#sender.rtcp(packet);
  }
}

/**
 * The keys of one endpoint over all its session descriptions. A direction whose key stays keeps its counters: starting them
 * anew under the same key would send two packets with one key stream, and take old packets for new ones.
 */
export class SdesKeyring {
  readonly #senders = new Map<string, SrtpSender>();
  readonly #receivers = new Map<string, SrtpReceiver>();

  /** @throws RangeError when a key has the wrong length */
  guardFor({ suite, localKey, remoteKey }: SrtpKeys): Guard {
    const sender = this.#senders.get(`${suite} ${localKey}`) ?? new SrtpSender(suite, bytes(localKey));
    const receiver = this.#receivers.get(`${suite} ${remoteKey}`) ?? new SrtpReceiver(suite, bytes(remoteKey));
    this.#senders.set(`${suite} ${localKey}`, sender);
    this.#receivers.set(`${suite} ${remoteKey}`, receiver);
    return new KeyedGuard(sender, receiver);
  }
}

/** The keys that a DTLS handshake made, of both directions. */
export const dtlsGuard = (profile: SrtpProfile, localMaster: Buffer, remoteMaster: Buffer): Guard =>
  new KeyedGuard(new SrtpSender(profile, localMaster), new SrtpReceiver(profile, remoteMaster));

const bytes = (key: string): Buffer => Buffer.from(key, 'base64');
