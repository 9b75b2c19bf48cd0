/**
 * The control channel between core and one media process: newline-delimited JSON over a Unix socket (the media process
 * listens, so that a restarted core can connect again and adopt the calls). Each command is answered by one reply with the
 * same `id`; events come unasked. The media process knows endpoints, bridges, playbacks and recordings, never tenants,
 * queues or customers. All ids are chosen by core.
 */

import type { CodecName } from '../protocol/rtp/codecs.ts';
import type { DtlsRemote, SrtpKeys } from '../protocol/sdp/security.ts';
import type { Quality, QualityReport } from './quality/quality-meter.ts';

export type { CodecName } from '../protocol/rtp/codecs.ts';

/** Members of a mix, by their endpoints: everybody, nobody, or those named. */
export type MixScope = 'all' | 'none' | readonly string[];

/** Which way audio may flow, seen from the media process (RFC 3264 section 6.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** How a new endpoint shall be able to protect its stream. */
export type SecureKind = 'none' | 'srtp';

/** Made by the media process for one endpoint. Never logged. */
export interface LocalSecrets {
  /** `SDES_SECRET_BYTES` random bytes, base64; only where `srtp` was asked for. */
  sdesSecret?: string;
  /** SHA-256 of the certificate for DTLS, as in a description; only where `srtp` was asked for. No secret. */
  fingerprint?: string;
}

/** Where and how to send RTP, negotiated by SDP. */
export interface RtpRemote {
  host: string;
  /** UDP port; 0 = not known yet. */
  port: number;
  codec: CodecName;
  /** RTP payload type of the codec. */
  payloadType: number;
  /** Payload type of telephone-event (RFC 4733); null = the peer offers none. */
  dtmfPayloadType: number | null;
  direction: Direction;
  /** Sound in one packet that the peer asks for, ms; 20 when not given. */
  ptimeMs?: number;
  /** RTCP on the RTP port (RFC 5761). */
  rtcpMux?: true;
  /** RTCP port (RFC 3605) where it is not the one above. */
  rtcpPort?: number;
  /** Protected with these keys; without them the stream is plain. Never logged. */
  srtp?: SrtpKeys;
  /** Protected with keys that a DTLS handshake on the same port will make; until then nothing passes. */
  dtls?: DtlsRemote;
}

/** A sound of a tenant's own: a WAV file at an absolute path, sealed as vault/stream.ts says. */
export interface SealedSound {
  path: string;
  /** 32-byte object key, base64. Never logged, never written. */
  key: string;
  associatedData: string;
  /** A recording of ours in the file: its left channel is played. Not given = a WAV file. */
  content?: 'recording';
}

/** A shipped sound by its name (`ja/recording-notice`), the absolute path of a WAV or G.711 file, or a sealed file. */
export type SoundSource = string | SealedSound;

/** What to play. */
export interface PlaySource {
  /** Played one after the other without a gap. */
  files: readonly SoundSource[];
  /** Start again from the first file until stopped. */
  loop: boolean;
}

/** How to seal one recording; see vault/stream.ts for the file format. */
export interface RecordingSeal {
  /** 32-byte object key, base64. Never logged, never written; core keeps its wrapped form. */
  key: string;
  /** Bound into every chunk: tenant and object ids, so that a chunk moved elsewhere does not open. */
  associatedData: string;
}

/** Commands of core with the result of each. */
export interface MediaCommands {
  /** Opens a UDP port; `remote` may come later. Symmetric: sends to where packets come from, locked after latching. */
  createRtpEndpoint: {
    in: { endpoint: string; remote: RtpRemote | null; secure?: SecureKind };
    out: { host: string; port: number } & LocalSecrets;
  };
  setRtpRemote: { in: { endpoint: string; remote: RtpRemote }; out: Record<string, never> };
  /** Answers a browser's SDP offer (no trickle: candidates are in the SDP; audio PCMU only). */
  createWebrtcEndpoint: { in: { endpoint: string; offerSdp: string }; out: { answerSdp: string } };
  /** Offers audio to a softphone in a browser (no trickle); `setWebrtcAnswer` follows. */
  createWebrtcOffer: { in: { endpoint: string }; out: { offerSdp: string } };
  /** Once; the endpoint connects then. */
  setWebrtcAnswer: { in: { endpoint: string; answerSdp: string }; out: Record<string, never> };
  /** Answers a later offer of the same peer: hold and resume. Transport and keys cannot change. */
  reanswerWebrtc: { in: { endpoint: string; offerSdp: string }; out: { answerSdp: string } };
  closeEndpoint: { in: { endpoint: string }; out: EndpointStats & { quality: QualityReport | null } };
  /** How the endpoint's peer was heard, and heard us, in the last `overMs` milliseconds; null = nothing was received. */
  readQuality: { in: { endpoint: string; overMs: number }; out: { report: QualityReport | null } };
  /** Joins exactly two endpoints both ways. An endpoint is in at most one bridge. */
  createBridge: { in: { bridge: string; a: string; b: string }; out: Record<string, never> };
  closeBridge: { in: { bridge: string }; out: Record<string, never> };
  /** Sends back what is received. */
  setEcho: { in: { endpoint: string; on: boolean }; out: Record<string, never> };
  /** In-band tones of this peer become `dtmf` events too (ITU-T Q.24); for peers without telephone-event. */
  setDtmfDetection: { in: { endpoint: string; on: boolean }; out: Record<string, never> };
  /** An empty conference. Members may be of any kind and codec. */
  createMix: { in: { mix: string }; out: Record<string, never> };
  /** Adds a member or changes what it hears. An endpoint is in one mix at most, and in none while it is in a bridge. */
  setMixMember: { in: { mix: string; endpoint: string; hears: MixScope; heardBy: MixScope }; out: Record<string, never> };
  leaveMix: { in: { mix: string; endpoint: string }; out: Record<string, never> };
  closeMix: { in: { mix: string }; out: Record<string, never> };
  /**
   * Replaces what the endpoint's peer hears until finished or stopped; wins over a bridge and a mix. One playback an
   * endpoint. `endpoint` may name a mix: then the sound is mixed in, for every member that hears all.
   */
  play: { in: { endpoint: string; playback: string; source: PlaySource }; out: Record<string, never> };
  stopPlay: { in: { endpoint: string; playback: string }; out: Record<string, never> };
  /** Sends one digit: as telephone-event (RFC 4733) where the peer takes it, else as tones. */
  sendDtmf: { in: { endpoint: string; digit: string; durationMs: number }; out: Record<string, never> };
  /**
   * Records what the peers of two endpoints say, `left` (the customer) and `right` (the agent), as 8 kHz G.711 mu-law, two
   * channels, sealed before it reaches the disk. `right` may be null and set later with `setRecordingRight`; it may name
   * a mix: then it is what `left` is given to hear of that mix, so never what is whispered to others. With `silenceMs`,
   * `recordingSilent` is told once `left` has said nothing for so long.
   */
  startRecording: {
    in: { recording: string; left: string; right: string | null; path: string; seal: RecordingSeal; silenceMs?: number };
    out: Record<string, never>;
  };
  setRecordingRight: { in: { recording: string; right: string | null }; out: Record<string, never> };
  pauseRecording: { in: { recording: string; paused: boolean }; out: Record<string, never> };
  /** Answers after the last chunk is on the disk (fsync of file and folder). */
  stopRecording: { in: { recording: string }; out: RecordingResult };
  /** Everything alive in this process; a restarted core adopts from it. */
  dump: { in: Record<string, never>; out: MediaDump };
  ping: { in: Record<string, never>; out: { load: MediaLoad; pid: number } };
  /** Ends the process once the last endpoint is gone, or at once. */
  shutdown: { in: { now: boolean }; out: Record<string, never> };
}

export type MediaCommandName = keyof MediaCommands;

/** Counters of one endpoint since it was opened. */
export interface EndpointStats {
  packetsReceived: number;
  packetsSent: number;
  bytesReceived: number;
  bytesSent: number;
  /** By sequence number gaps. */
  packetsLost: number;
  /** Interarrival jitter, RFC 3550 section 6.4.1, ms. */
  jitterMs: number;
  /**
   * Packets dropped because they came from an address other than the locked one. Two seconds after it was locked the kernel
   * takes nothing from others, and these are not counted.
   */
  packetsFromStrangers: number;
}

export interface RecordingResult {
  /** Sound in the file, ms. */
  durationMs: number;
  /** Size of the sealed file, bytes. */
  sizeBytes: number;
  /** SHA-256 of the sealed file, hex. */
  sha256: string;
  /** Loudest sample per 100 ms per channel, 0..127, for the waveform. */
  peaks: { left: number[]; right: number[] };
  /** What is missing in it, in the order of the beginnings. */
  gaps: RecordingGap[];
}

/** A part of a recording without the sound that was there. */
export interface RecordingGap {
  kind: 'pause' | 'loss';
  channel: 'left' | 'right' | 'both';
  /** From the start of the recording, ms. */
  fromMs: number;
  toMs: number;
}

export interface MediaLoad {
  endpoints: number;
  bridges: number;
  recordings: number;
  /** p99 lateness of the 20 ms tick over the last 10 s, ms. */
  tickLateP99Ms: number;
  rssBytes: number;
}

export interface MediaDump {
  endpoints: { endpoint: string; kind: 'rtp' | 'webrtc'; bridge: string | null; mix: string | null; stats: EndpointStats }[];
  recordings: { recording: string; path: string }[];
}

/** Events of a media process. */
export type MediaEvent =
  /** A DTMF digit was pressed; sent once per key press, at its end. */
  | { event: 'dtmf'; endpoint: string; digit: string; durationMs: number }
  | { event: 'playFinished'; endpoint: string; playback: string }
  /** WebRTC transport state; `connected` = DTLS done and audio may flow. Of RTP endpoints only `failed`: DTLS did not lead to keys. */
  | { event: 'endpointState'; endpoint: string; state: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed' }
  /** Every 5 s for WebRTC endpoints: is audio really arriving? */
  | { event: 'endpointHealth'; endpoint: string; stats: EndpointStats; receiving: boolean }
  /** Every 5 s for endpoints that receive: the last interval. */
  | { event: 'quality'; endpoint: string; quality: Quality }
  /** No RTP for this long on an endpoint that may receive. */
  | { event: 'rtpTimeout'; endpoint: string; silentMs: number }
  /** Nothing was said on the left channel for the time that was asked for; once a recording. */
  | { event: 'recordingSilent'; recording: string }
  /** The recording cannot go on (disk full, I/O error); what is on the disk is whole up to the last chunk. */
  | { event: 'recordingFailed'; recording: string; reason: string };

/** One frame on the wire, core to media. */
export interface MediaRequest<Name extends MediaCommandName = MediaCommandName> {
  id: number;
  command: Name;
  args: MediaCommands[Name]['in'];
}

/** One frame on the wire, media to core. */
export type MediaFrame =
  | { id: number; ok: true; result: unknown }
  | { id: number; ok: false; code: MediaErrorCode; message: string }
  | MediaEvent;

/** Why a command was refused. */
export type MediaErrorCode =
  | 'unknown_endpoint'
  | 'unknown_bridge'
  | 'unknown_mix'
  | 'unknown_recording'
  | 'already_exists'
  | 'no_port_free'
  | 'bad_sdp'
  | 'bad_command'
  | 'unknown_sound'
  | 'io_error';

/** What core holds for each media process. Implemented in media/client.ts. */
export interface MediaClient {
  /** Index of the process, stable while it lives. */
  readonly index: number;
  /** False while the connection is down; commands then fail with `unavailable`. */
  readonly connected: boolean;
  /** Sends a command and waits for its reply. @throws AppError with the media error's code */
  call<Name extends MediaCommandName>(
    command: Name,
    args: MediaCommands[Name]['in'],
  ): Promise<MediaCommands[Name]['out']>;
}
