import type { Clock } from '../../lib/clock.ts';

/** So many different login IDs failed within the window: somebody goes through a list. */
export const GUARD_LOGINS = 50;
/** Tries are remembered for so long, ms; while enough of them are, strangers are held back. */
export const GUARD_MS = 10 * 60_000;

/** Login IDs remembered at a time, and tenants and addresses that are. */
const MOST_LOGINS = 1000;
const MOST_PLACES = 10_000;

/** A try to log in with a password, and what is known of where it comes from. */
export interface LoginTry {
  tenantId: string;
  network: string;
  loginId: string;
  /** `own`: the user has come from there before; `tenant`: somebody of the tenant has; `nobody`: nobody has. */
  knownTo: 'own' | 'tenant' | 'nobody';
}

/** What is held back. */
export type Guarded = 'tenant' | 'address';

/**
 * Stops who tries one password each at many accounts (credential stuffing): no account sees enough of it to lock, so login IDs are counted
 * by tenant, for those who come from where nobody of it has ever come from, and by address. Who comes from where they came from before is never held
 * back, so that an attack shuts nobody out who works here.
 */
export class LoginGuard {
  readonly #clock: Clock;
  /** By tenant or address the login IDs that were tried, the one tried last at the end. */
  readonly #places = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the password of this try is not even looked at. */
  holdsBack(attempt: LoginTry): boolean {
    return this.#placesOf(attempt).some(([, place]) => this.#count(place) >= GUARD_LOGINS);
  }

  /** Counts a try that failed or was held back. @returns what is held back from now on and was not before */
  failed(attempt: LoginTry): Guarded[] {
    const began: Guarded[] = [];
    for (const [kind, place] of this.#placesOf(attempt)) {
      const before = this.#count(place);
      if (this.#note(place, `${attempt.tenantId} ${attempt.loginId}`) >= GUARD_LOGINS && before < GUARD_LOGINS) began.push(kind);
    }
    return began;
  }

  /** Tenants and addresses of which strangers are held back at the moment. */
  get held(): number {
    let sum = 0;
    for (const place of this.#places.keys()) if (this.#count(place) >= GUARD_LOGINS) sum++;
    return sum;
  }

  #placesOf({ tenantId, network, knownTo }: LoginTry): [Guarded, string][] {
    if (knownTo === 'own') return [];
    const address: [Guarded, string] = ['address', `address ${network}`];
    return knownTo === 'tenant' || tenantId === '' ? [address] : [['tenant', `tenant ${tenantId}`], address];
  }

  #count(place: string): number {
    const tried = this.#places.get(place);
    if (!tried) return 0;
    const since = this.#clock.monotonic() - GUARD_MS;
    for (const [login, at] of tried) {
      if (at > since && tried.size <= MOST_LOGINS) break;
      tried.delete(login);
    }
    if (tried.size === 0) this.#places.delete(place);
    return tried.size;
  }

  #note(place: string, login: string): number {
    const tried = this.#places.get(place) ?? new Map<string, number>();
    tried.delete(login);
    tried.set(login, this.#clock.monotonic());
    // The place tried last is at the end too, so that the oldest is forgotten first.
    this.#places.delete(place);
    this.#places.set(place, tried);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= MOST_PLACES) break;
      this.#places.delete(oldest);
    }
    return this.#count(place);
  }
}
