/** What each account (the tenant, a trunk, an agent, a telephone) has used up of this day in Japan. */
import { dayOf } from './japan-day.ts';

/** Who dials: an agent, or a telephone by itself. */
export interface TollCaller {
  kind: 'agent' | 'device';
  id: string;
}

/** The account of the whole tenant. */
export const TENANT = 'tenant';
export const accountOf = ({ kind, id }: TollCaller): string => `${kind} ${id}`;
export const trunkAccount = (id: string): string => `trunk ${id}`;

export interface Used {
  /** Calls that left, answered or not. */
  calls: number;
  /** Yen. */
  cost: number;
}

const NOTHING: Readonly<Used> = { calls: 0, cost: 0 };

export class DayAccounts {
  #day = Number.NaN;
  readonly #used = new Map<string, Used>();

  /** @param wall ms since the epoch */
  add(account: string, part: Partial<Used>, wall: number): void {
    const { calls, cost } = this.of(account, wall);
    this.#used.set(account, { calls: calls + (part.calls ?? 0), cost: cost + (part.cost ?? 0) });
  }

  /** @param wall ms since the epoch */
  of(account: string, wall: number): Readonly<Used> {
    const day = dayOf(wall);
    if (day !== this.#day) {
      this.#day = day;
      this.#used.clear();
    }
    return this.#used.get(account) ?? NOTHING;
  }
}
