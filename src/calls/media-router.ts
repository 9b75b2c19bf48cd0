import type { MediaClient, MediaCommandName, MediaCommands, MediaDump } from '../media/protocol.ts';
import { linkRemote, unknownEndpoint } from './media-link.ts';
import { MixRouter } from './mix-router.ts';
import type { MediaPort } from './ports.ts';

/** The media processes; MediaPool fits it. */
export interface MediaProcesses {
  client(index: number): MediaClient | undefined;
  /** The least loaded one. @throws AppError `media_unavailable` */
  pick(): MediaClient;
}

/** A bridge whose two endpoints live in different processes, joined by a pair of RTP endpoints. */
interface Link {
  first: number;
  second: number;
  /** Stands for the second endpoint in the first process. */
  firstEnd: string;
  secondEnd: string;
  a: string;
  b: string;
}

type In<Name extends MediaCommandName> = MediaCommands[Name]['in'];

/**
 * Knows in which media process each endpoint lives and sends commands there. The endpoints of one call stay together;
 * where an agent's line lives elsewhere, the bridge goes over a link between the two processes.
 */
export class MediaRouter implements MediaPort {
  readonly #processes: MediaProcesses;
  /** Endpoint to process. */
  readonly #homes = new Map<string, number>();
  readonly #recordings = new Map<string, number>();
  readonly #bridges = new Map<string, number>();
  readonly #links = new Map<string, Link>();
  readonly #mixes = new MixRouter({
    homeOf: (endpoint) => this.#homes.get(endpoint),
    at: (index) => this.#at(index),
    pick: () => this.#processes.pick(),
  });

  constructor(processes: MediaProcesses) {
    this.#processes = processes;
  }

  /** Where the parts of this call or line go, decided by its first endpoint. */
  async call<Name extends MediaCommandName>(command: Name, args: In<Name>): Promise<MediaCommands[Name]['out']> {
    switch (command) {
      case 'createRtpEndpoint':
      case 'createWebrtcEndpoint':
      case 'createWebrtcOffer':
        return this.#create(command, args as In<'createRtpEndpoint'>) as never;
      case 'createBridge':
        return this.#bridge(args as In<'createBridge'>) as never;
      case 'closeBridge':
        return this.#closeBridge(args as In<'closeBridge'>) as never;
      case 'closeEndpoint':
        return this.#closeEndpoint(args as In<'closeEndpoint'>) as never;
      case 'createMix':
        return this.#mixes.create(args as In<'createMix'>) as never;
      case 'setMixMember':
        return this.#mixes.setMember(args as In<'setMixMember'>) as never;
      case 'leaveMix':
        return this.#mixes.leave(args as In<'leaveMix'>) as never;
      case 'closeMix':
        return this.#mixes.close(args as In<'closeMix'>) as never;
      case 'startRecording':
        return this.#startRecording(args as In<'startRecording'>) as never;
      case 'setRecordingRight':
        return this.#setRecordingRight(args as In<'setRecordingRight'>) as never;
      case 'stopRecording':
        return this.#stopRecording(args as In<'stopRecording'>) as never;
      default:
        return this.#at(this.#place(args)).call(command, args);
    }
  }

  /** Takes up what a process holds after a restart of core. */
  adopt(index: number, dump: MediaDump): void {
    for (const { endpoint, bridge, mix } of dump.endpoints) {
      this.#homes.set(endpoint, index);
      // A bridge over a link is there twice; its own end is where the caller is.
      if (bridge !== null && !endpoint.endsWith(':y')) this.#bridges.set(bridge, this.#bridges.get(bridge) ?? index);
      if (mix !== null) this.#mixes.adopt(mix, index);
    }
    for (const { recording } of dump.recordings) this.#recordings.set(recording, index);
  }

  /** After all processes: what joins two of them. */
  adoptLinks(): void {
    for (const [endpoint, first] of this.#homes) {
      if (!endpoint.endsWith(':x')) continue;
      const bridge = endpoint.slice(0, -2);
      const second = this.#homes.get(`${bridge}:y`);
      if (second === undefined) continue;
      const [mix = '', member] = bridge.split('~');
      if (member === undefined) {
        this.#bridges.delete(bridge);
        this.#links.set(bridge, { first, second, firstEnd: `${bridge}:x`, secondEnd: `${bridge}:y`, a: '', b: '' });
      } else this.#mixes.adoptAway(mix, member, second);
    }
  }

  endpointIds(): string[] {
    return [...this.#homes.keys()];
  }

  recordingIds(): string[] {
    return [...this.#recordings.keys()];
  }

  /** The media process gave the recording up by itself. */
  loseRecording(recording: string): void {
    this.#recordings.delete(recording);
  }

  has(endpoint: string): boolean {
    return this.#homes.has(endpoint);
  }

  /** Forgets what died with a process; returns the endpoints. */
  lose(index: number): string[] {
    const lost = [...this.#homes].filter(([, home]) => home === index).map(([endpoint]) => endpoint);
    for (const endpoint of lost) this.#homes.delete(endpoint);
    for (const map of [this.#recordings, this.#bridges]) {
      for (const [id, home] of map) if (home === index) map.delete(id);
    }
    this.#mixes.lose(index);
    for (const [bridge, link] of this.#links) if (link.first === index || link.second === index) this.#links.delete(bridge);
    return lost;
  }

  #at(index: number | undefined): MediaClient {
    const client = index === undefined ? undefined : this.#processes.client(index);
    if (!client) throw unknownEndpoint();
    return client;
  }

  #place(args: object): number | undefined {
    // Sounds may be played into a mix, which is named in place of an endpoint.
    if ('endpoint' in args) return this.#homes.get(String(args.endpoint)) ?? this.#mixes.homeOf(String(args.endpoint));
    if ('recording' in args) return this.#recordings.get(String(args.recording));
    return 'bridge' in args ? this.#bridges.get(String(args.bridge)) : undefined;
  }

  async #create(command: 'createRtpEndpoint' | 'createWebrtcEndpoint' | 'createWebrtcOffer', args: { endpoint: string }): Promise<unknown> {
    const client = this.#neighbour(args.endpoint) ?? this.#processes.pick();
    const result = await client.call(command, args as never);
    this.#homes.set(args.endpoint, client.index);
    return result;
  }

  /** The process of the call's far endpoint (`callId:far`), for the other endpoints of the call. */
  #neighbour(endpoint: string): MediaClient | undefined {
    const home = this.#homes.get(`${endpoint.slice(0, endpoint.indexOf(':'))}:far`);
    return home === undefined ? undefined : this.#processes.client(home);
  }

  async #bridge({ bridge, a, b }: In<'createBridge'>): Promise<unknown> {
    const first = this.#homes.get(a);
    const second = this.#homes.get(b);
    if (first === undefined || second === undefined) throw unknownEndpoint();
    if (first === second) {
      this.#bridges.set(bridge, first);
      return this.#at(first).call('createBridge', { bridge, a, b });
    }
    const link: Link = { first, second, firstEnd: `${bridge}:x`, secondEnd: `${bridge}:y`, a, b };
    this.#links.set(bridge, link);
    const firstPort = await this.#at(first).call('createRtpEndpoint', { endpoint: link.firstEnd, remote: null });
    const secondPort = await this.#at(second).call('createRtpEndpoint', { endpoint: link.secondEnd, remote: linkRemote(firstPort) });
    await this.#at(first).call('setRtpRemote', { endpoint: link.firstEnd, remote: linkRemote(secondPort) });
    await this.#at(second).call('createBridge', { bridge, a: link.secondEnd, b });
    return this.#at(first).call('createBridge', { bridge, a, b: link.firstEnd });
  }

  async #closeBridge({ bridge }: In<'closeBridge'>): Promise<unknown> {
    const link = this.#links.get(bridge);
    const home = this.#bridges.get(bridge);
    this.#bridges.delete(bridge);
    if (!link) return this.#at(home).call('closeBridge', { bridge });
    this.#links.delete(bridge);
    const ends = [
      { client: this.#at(link.first), endpoint: link.firstEnd },
      { client: this.#at(link.second), endpoint: link.secondEnd },
    ];
    // One end may be gone with its process or its call; the other must be closed all the same.
    const closing = ends.flatMap(({ client, endpoint }) => [client.call('closeBridge', { bridge }), client.call('closeEndpoint', { endpoint })]);
    await Promise.allSettled(closing);
    return {};
  }

  async #closeEndpoint({ endpoint }: In<'closeEndpoint'>): Promise<unknown> {
    const home = this.#homes.get(endpoint);
    this.#homes.delete(endpoint);
    return this.#at(home).call('closeEndpoint', { endpoint });
  }

  async #startRecording(args: In<'startRecording'>): Promise<unknown> {
    const home = this.#homes.get(args.left);
    const result = await this.#at(home).call('startRecording', { ...args, right: this.#standIn(args.right, home) });
    if (home !== undefined) this.#recordings.set(args.recording, home);
    return result;
  }

  #setRecordingRight({ recording, right }: In<'setRecordingRight'>): Promise<unknown> {
    const home = this.#recordings.get(recording);
    return this.#at(home).call('setRecordingRight', { recording, right: this.#standIn(right, home) });
  }

  async #stopRecording({ recording }: In<'stopRecording'>): Promise<unknown> {
    const home = this.#recordings.get(recording);
    const result = await this.#at(home).call('stopRecording', { recording });
    this.#recordings.delete(recording);
    return result;
  }

  /** The endpoint as it is known in a process: itself, or the end of the link that leads to it. */
  #standIn(endpoint: string | null, home: number | undefined): string | null {
    if (endpoint === null || this.#homes.get(endpoint) === home) return endpoint;
    for (const link of this.#links.values()) if (link.first === home && link.b === endpoint) return link.firstEnd;
    return endpoint;
  }
}
