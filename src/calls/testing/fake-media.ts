import { AppError } from '../../lib/errors.ts';
import type { EndpointStats, MediaCommandName, MediaCommands, MediaDump, MediaEvent, MixScope, SoundSource } from '../../media/protocol.ts';
import type { MediaPort } from '../ports.ts';

const STATS: EndpointStats = {
  packetsReceived: 0,
  packetsSent: 0,
  bytesReceived: 0,
  bytesSent: 0,
  packetsLost: 0,
  jitterMs: 0,
  packetsFromStrangers: 0,
};

/** What this process offers to a softphone in a browser. */
export const BROWSER_OFFER = 'v=0\r\ns=offer over ICE\r\n';

interface FakeEndpoint {
  kind: 'rtp' | 'webrtc';
  playback: { id: string; loop: boolean; files: readonly SoundSource[] } | null;
  bridge: string | null;
}

/** Arguments of all commands together; which are there depends on the command. */
interface FakeArgs {
  endpoint?: string;
  bridge?: string;
  recording?: string;
  a?: string;
  b?: string;
  mix?: string;
  hears?: MixScope;
  heardBy?: MixScope;
  playback?: string;
  left?: string;
  right?: string | null;
  source?: { files: readonly SoundSource[]; loop: boolean };
}

const refused = (code: string): AppError => new AppError(code, 404, code);

/**
 * A media process in memory: keeps the rules of the protocol (one bridge an endpoint, unknown ids are refused) and lets a
 * test finish playbacks, press keys and kill it. It outlives a crash of core, like the real one.
 */
export class FakeMedia implements MediaPort {
  readonly endpoints = new Map<string, FakeEndpoint>();
  readonly bridges = new Map<string, { a: string; b: string }>();
  /** Members of each mix, with whom they hear and who hears them. */
  readonly mixes = new Map<string, Map<string, { hears: MixScope; heardBy: MixScope }>>();
  readonly recordings = new Map<string, { left: string; right: string | null }>();
  /** Every recording ever started, and how often each was stopped. */
  readonly started: string[] = [];
  readonly stopped: string[] = [];
  /** Commands in the order in which they came. */
  readonly log: string[] = [];
  /** Commands that fail next, with the code. */
  readonly failing = new Map<MediaCommandName, string>();
  onEvent: (event: MediaEvent) => void = () => undefined;
  #port = 40_000;

  async call<Name extends MediaCommandName>(command: Name, args: MediaCommands[Name]['in']): Promise<MediaCommands[Name]['out']> {
    this.log.push(command);
    const code = this.failing.get(command);
    if (code !== undefined) {
      this.failing.delete(command);
      // A recording that cannot be closed well is closed all the same.
      if (command === 'stopRecording' && 'recording' in args) this.recordings.delete(args.recording);
      throw refused(code);
    }
    return this.#run(command, args as unknown as FakeArgs) as never;
  }

  /** The connection of one core: answers never come in the same turn, and nothing passes once that core is dead. */
  connection(isAlive: () => boolean): MediaPort {
    return {
      call: async (command, args) => {
        await Promise.resolve();
        return isAlive() ? this.call(command, args) : new Promise<never>(() => undefined);
      },
    };
  }

  endpointIds(): string[] {
    return [...this.endpoints.keys()];
  }

  recordingIds(): string[] {
    return [...this.recordings.keys()];
  }

  has(endpoint: string): boolean {
    return this.endpoints.has(endpoint);
  }

  dump(): MediaDump {
    const mixOf = (endpoint: string): string | null => [...this.mixes].find(([, members]) => members.has(endpoint))?.[0] ?? null;
    const endpoints = [...this.endpoints].map(([endpoint, { kind, bridge }]) => ({ endpoint, kind, bridge, mix: mixOf(endpoint), stats: STATS }));
    return { endpoints, recordings: [...this.recordings.keys()].map((recording) => ({ recording, path: `/${recording}` })) };
  }

  /** What plays at an endpoint ends, unless it repeats. */
  finishPlay(endpoint: string): boolean {
    const found = this.endpoints.get(endpoint);
    if (!found?.playback || found.playback.loop) return false;
    const { id } = found.playback;
    found.playback = null;
    this.onEvent({ event: 'playFinished', endpoint, playback: id });
    return true;
  }

  /** The process dies; returns what was in it. */
  die(): string[] {
    const lost = [...this.endpoints.keys()];
    this.endpoints.clear();
    this.bridges.clear();
    this.mixes.clear();
    this.recordings.clear();
    return lost;
  }

  #endpoint(id: string): FakeEndpoint {
    const found = this.endpoints.get(id);
    if (!found) throw refused('unknown_endpoint');
    return found;
  }

  #mix(command: MediaCommandName, { mix = '', endpoint = '', hears = 'all', heardBy = 'all' }: FakeArgs): unknown {
    if (command === 'createMix') {
      if (this.mixes.has(mix)) throw refused('already_exists');
      this.mixes.set(mix, new Map());
      return {};
    }
    const members = this.mixes.get(mix);
    if (!members) throw refused('unknown_mix');
    if (command === 'closeMix') this.mixes.delete(mix);
    else if (command === 'leaveMix') members.delete(endpoint);
    else {
      const elsewhere = [...this.mixes].some(([id, other]) => id !== mix && other.has(endpoint));
      if (this.#endpoint(endpoint).bridge !== null || elsewhere) throw refused('bad_command');
      members.set(endpoint, { hears, heardBy });
    }
    return {};
  }

  #run(command: MediaCommandName, args: FakeArgs): unknown {
    if (command === 'createMix' || command === 'setMixMember' || command === 'leaveMix' || command === 'closeMix') return this.#mix(command, args);
    const { endpoint, bridge, recording, a, b, playback, left, right, source } = args;
    switch (command) {
      case 'createRtpEndpoint':
      case 'createWebrtcEndpoint':
        return this.#create(String(endpoint), command === 'createRtpEndpoint' ? 'rtp' : 'webrtc');
      case 'createWebrtcOffer':
        this.#create(String(endpoint), 'webrtc');
        return { offerSdp: BROWSER_OFFER };
      case 'reanswerWebrtc':
        this.#endpoint(String(endpoint));
        return { answerSdp: 'v=0\r\n' };
      case 'closeEndpoint':
        this.#leaveBridge(this.#endpoint(String(endpoint)).bridge);
        this.endpoints.delete(String(endpoint));
        for (const members of this.mixes.values()) members.delete(String(endpoint));
        return STATS;
      case 'createBridge':
        return this.#bridge(String(bridge), String(a), String(b));
      case 'closeBridge':
        if (!this.bridges.has(String(bridge))) throw refused('unknown_bridge');
        this.#leaveBridge(String(bridge));
        return {};
      case 'play':
        // Into a mix: a short sound that nobody is told the end of.
        if (this.mixes.has(String(endpoint))) return {};
        this.#endpoint(String(endpoint)).playback = { id: String(playback), loop: source?.loop ?? false, files: source?.files ?? [] };
        return {};
      case 'stopPlay':
        this.#endpoint(String(endpoint)).playback = null;
        return {};
      case 'startRecording':
        this.#endpoint(String(left));
        this.recordings.set(String(recording), { left: String(left), right: right ?? null });
        this.started.push(String(recording));
        return {};
      case 'setRecordingRight':
        if (!this.recordings.has(String(recording))) throw refused('unknown_recording');
        this.recordings.set(String(recording), { left: '', right: right ?? null });
        return {};
      case 'stopRecording':
        if (!this.recordings.delete(String(recording))) throw refused('unknown_recording');
        this.stopped.push(String(recording));
        return { durationMs: 1000, sizeBytes: 16_000, sha256: '00', peaks: { left: [1], right: [2] }, gaps: [] };
      default:
        if (endpoint !== undefined) this.#endpoint(endpoint);
        return {};
    }
  }

  #create(endpoint: string, kind: 'rtp' | 'webrtc'): unknown {
    if (this.endpoints.has(endpoint)) throw refused('already_exists');
    this.endpoints.set(endpoint, { kind, playback: null, bridge: null });
    this.#port += 2;
    return kind === 'rtp' ? { host: '127.0.0.1', port: this.#port } : { answerSdp: 'v=0\r\n' };
  }

  #bridge(bridge: string, a: string, b: string): unknown {
    const ends = [this.#endpoint(a), this.#endpoint(b)];
    if (ends.some((end) => end.bridge !== null)) throw refused('bad_command');
    for (const end of ends) end.bridge = bridge;
    this.bridges.set(bridge, { a, b });
    return {};
  }

  #leaveBridge(bridge: string | null): void {
    const found = bridge === null ? undefined : this.bridges.get(bridge);
    if (bridge === null || !found) return;
    this.bridges.delete(bridge);
    for (const id of [found.a, found.b]) {
      const end = this.endpoints.get(id);
      if (end) end.bridge = null;
    }
  }
}
