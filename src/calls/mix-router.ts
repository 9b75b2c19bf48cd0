import type { MediaClient, MediaCommands, MixScope } from '../media/protocol.ts';
import { linkRemote, unknownEndpoint } from './media-link.ts';

/** How the router finds things. */
interface MixPlaces {
  /** Process of an endpoint. */
  homeOf(endpoint: string): number | undefined;
  /** @throws AppError `unknown_endpoint` */
  at(index: number | undefined): MediaClient;
  pick(): MediaClient;
}

type In<Name extends keyof MediaCommands> = MediaCommands[Name]['in'];

/** Name of the link by which a member in another process takes part; its ends are `:x` with the mix, `:y` with the member. */
export const mixLink = (mix: string, endpoint: string): string => `${mix}~${endpoint}`;

interface Mix {
  home: number;
  /** Members elsewhere, with their process. */
  away: Map<string, number>;
}

/** Mixes whose members live in several processes: one mix, with a link to each member that is elsewhere. */
export class MixRouter {
  readonly #places: MixPlaces;
  readonly #mixes = new Map<string, Mix>();

  constructor(places: MixPlaces) {
    this.#places = places;
  }

  has(mix: string): boolean {
    return this.#mixes.has(mix);
  }

  homeOf(mix: string): number | undefined {
    return this.#mixes.get(mix)?.home;
  }

  /** Takes up a mix, and a link to one of its members, from before a restart of core. */
  adopt(mix: string, home: number): void {
    if (!this.#mixes.has(mix)) this.#mixes.set(mix, { home, away: new Map() });
  }

  adoptAway(mix: string, endpoint: string, index: number): void {
    this.#mixes.get(mix)?.away.set(endpoint, index);
  }

  /** Forgets what died with a process. */
  lose(index: number): void {
    for (const [id, { home, away }] of this.#mixes) {
      if (home === index) this.#mixes.delete(id);
      for (const [endpoint, elsewhere] of away) if (elsewhere === index) away.delete(endpoint);
    }
  }

  /** In the process of the caller. */
  async create({ mix }: In<'createMix'>): Promise<unknown> {
    const far = this.#places.homeOf(`${mix.slice(0, mix.indexOf(':'))}:far`);
    const client = far === undefined ? this.#places.pick() : this.#places.at(far);
    const result = await client.call('createMix', { mix });
    this.#mixes.set(mix, { home: client.index, away: new Map() });
    return result;
  }

  async setMember({ mix, endpoint, hears, heardBy }: In<'setMixMember'>): Promise<unknown> {
    const found = this.#mixes.get(mix);
    const home = this.#places.homeOf(endpoint);
    if (found && home === undefined) throw unknownEndpoint();
    if (found && home !== undefined && home !== found.home && !found.away.has(endpoint)) await this.#link(mix, found, endpoint, home);
    const scopes = { hears: this.#scope(mix, hears), heardBy: this.#scope(mix, heardBy) };
    return this.#places.at(found?.home).call('setMixMember', { mix, endpoint: this.#standIn(mix, endpoint), ...scopes });
  }

  async leave({ mix, endpoint }: In<'leaveMix'>): Promise<unknown> {
    const found = this.#mixes.get(mix);
    const member = this.#standIn(mix, endpoint);
    const result = await this.#places.at(found?.home).call('leaveMix', { mix, endpoint: member });
    await this.#unlink(mix, endpoint);
    return result;
  }

  async close({ mix }: In<'closeMix'>): Promise<unknown> {
    const found = this.#mixes.get(mix);
    const result = await this.#places.at(found?.home).call('closeMix', { mix });
    for (const endpoint of found?.away.keys() ?? []) await this.#unlink(mix, endpoint);
    this.#mixes.delete(mix);
    return result;
  }

  async #link(mix: string, found: Mix, endpoint: string, home: number): Promise<void> {
    const link = mixLink(mix, endpoint);
    const [first, second] = [this.#places.at(found.home), this.#places.at(home)];
    const firstPort = await first.call('createRtpEndpoint', { endpoint: `${link}:x`, remote: null });
    found.away.set(endpoint, home);
    const secondPort = await second.call('createRtpEndpoint', { endpoint: `${link}:y`, remote: linkRemote(firstPort) });
    await first.call('setRtpRemote', { endpoint: `${link}:x`, remote: linkRemote(secondPort) });
    await second.call('createBridge', { bridge: link, a: `${link}:y`, b: endpoint });
  }

  async #unlink(mix: string, endpoint: string): Promise<void> {
    const found = this.#mixes.get(mix);
    const home = found?.away.get(endpoint);
    if (!found || home === undefined) return;
    found.away.delete(endpoint);
    const link = mixLink(mix, endpoint);
    // One end may be gone with its process; the other is closed all the same.
    const second = this.#places.at(home);
    const closing = [
      second.call('closeBridge', { bridge: link }),
      second.call('closeEndpoint', { endpoint: `${link}:y` }),
      this.#places.at(found.home).call('closeEndpoint', { endpoint: `${link}:x` }),
    ];
    await Promise.allSettled(closing);
  }

  #scope(mix: string, scope: MixScope): MixScope {
    return typeof scope === 'string' ? scope : scope.map((endpoint) => this.#standIn(mix, endpoint));
  }

  /** The member as the mix knows it. */
  #standIn(mix: string, endpoint: string): string {
    return this.#mixes.get(mix)?.away.has(endpoint) ? `${mixLink(mix, endpoint)}:x` : endpoint;
  }
}
