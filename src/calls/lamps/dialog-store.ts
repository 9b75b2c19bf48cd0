/** Who is in which call, as lamps show it (RFC 4235). Plain memory; one store for all tenants, by keys that name the tenant. */
import type { Clock } from '../../lib/clock.ts';
import type { ResourceState } from '../../sip/subscriptions/types.ts';

export type LampCall = Extract<ResourceState, { package: 'dialog' }>['calls'][number];

/** How long an ended call is told as `terminated`, ms: longer than notifications are held back. */
const LINGER_MS = 2_000;

export class DialogStore {
  readonly #clock: Clock;
  readonly #bySubject = new Map<string, Map<string, LampCall>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call of the subject begins or goes on. @returns true when that is news */
  put(subject: string, call: LampCall): boolean {
    const calls = this.#bySubject.get(subject) ?? new Map<string, LampCall>();
    const before = calls.get(call.id);
    if (before?.state === call.state && before.direction === call.direction) return false;
    this.#bySubject.set(subject, calls.set(call.id, call));
    return true;
  }

  /** @returns false when the subject is not in this call */
  end(subject: string, callId: string): boolean {
    const calls = this.#bySubject.get(subject);
    const call = calls?.get(callId);
    if (!calls || !call || call.state === 'terminated') return false;
    const over: LampCall = { ...call, state: 'terminated' };
    calls.set(callId, over);
    this.#clock.after(LINGER_MS, () => {
      if (calls.get(callId) !== over) return;
      calls.delete(callId);
      if (calls.size === 0 && this.#bySubject.get(subject) === calls) this.#bySubject.delete(subject);
    });
    return true;
  }

  calls(subject: string): LampCall[] {
    return [...(this.#bySubject.get(subject)?.values() ?? [])];
  }

  isBusy(subject: string): boolean {
    return this.calls(subject).some(({ state }) => state !== 'terminated');
  }
}
