import { createHash } from 'node:crypto';
import type { Configuration } from 'openid-client';
import type { Clock } from '../../lib/clock.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import { discover } from './oidc.ts';
import type { ProviderContent } from './provider.queries.ts';

/** So long what a provider said at the beginning of a login is good for its end, ms. */
const FRESH_MS = 60_000;
/** Providers remembered; the one that was asked longest ago is forgotten first. */
const MOST = 500;

type Settings = Pick<ProviderContent, 'issuer' | 'clientId' | 'clientSecret'>;

/**
 * What providers said of themselves, for a minute: the discovery document, and with it the keys (the library keeps them beside it). Each
 * login asks anew when it begins, because nobody is to be sent to a provider that is away; its end takes what was said then.
 */
export class KnownProviders {
  readonly #clock: Clock;
  readonly #world: OutsideWorld | undefined;
  readonly #known = new Map<string, { at: number; config: Promise<Configuration> }>();

  constructor(clock: Clock, world: OutsideWorld | undefined) {
    this.#clock = clock;
    this.#world = world;
  }

  /** What is known already, or what the provider says now. @throws AppError `single_sign_on_away`, which is not remembered */
  of(settings: Settings): Promise<Configuration> {
    const known = this.#known.get(nameOf(settings));
    return known && this.#clock.monotonic() - known.at < FRESH_MS ? known.config : this.askAnew(settings);
  }

  /** What the provider says now. @throws AppError `single_sign_on_away`, which is not remembered */
  askAnew(settings: Settings): Promise<Configuration> {
    const name = nameOf(settings);
    const config = discover(settings, this.#world);
    this.#known.delete(name);
    this.#known.set(name, { at: this.#clock.monotonic(), config });
    for (const oldest of this.#known.keys()) if (this.#known.size > MOST) this.#known.delete(oldest);
    config.catch(() => this.#drop(name, config));
    return config;
  }

  /** After an answer that could not be taken: its keys or addresses may be new. */
  forget(settings: Settings): void {
    this.#known.delete(nameOf(settings));
  }

  #drop(name: string, config: Promise<Configuration>): void {
    if (this.#known.get(name)?.config === config) this.#known.delete(name);
  }
}

/** The same settings of two tenants are the same provider; the secret is in it and cannot be read from it. */
const nameOf = ({ issuer, clientId, clientSecret }: Settings): string => createHash('sha256').update(JSON.stringify([issuer, clientId, clientSecret])).digest('base64');
