/** States that telephones can subscribe to: lamps, presence, waiting mail. */

export const EVENT_PACKAGES = ['dialog', 'presence', 'message-summary'] as const;
export type EventPackage = (typeof EVENT_PACKAGES)[number];

export type ResourceState =
  | {
      package: 'dialog';
      calls: readonly {
        id: string;
        /** Whether the watched user called, or was called. */
        direction: 'initiator' | 'recipient';
        state: 'trying' | 'early' | 'confirmed' | 'terminated';
        /** Number of the other side; null = withheld. */
        remoteUser: string | null;
      }[];
    }
  | { package: 'presence'; open: boolean; note: string }
  | { package: 'message-summary'; newMessages: number; oldMessages: number };

/** The application's side: what is the state now. */
export interface ResourceStates {
  /** Null = no such user, or one that has no such state. @param realm digest realm of the tenant */
  state(realm: string, user: string, event: EventPackage): ResourceState | null;
}

export interface SubscriptionLimits {
  /** s, when the telephone names none. */
  defaultExpires: number;
  /** Shorter wishes are refused with 423, s. */
  minExpires: number;
  /** Longer wishes are cut, s. */
  maxExpires: number;
  /** Subscriptions of one device; a panel of lamps has one for each. */
  perDevice: number;
  /** Subscriptions of all devices. */
  total: number;
}

export const DEFAULT_SUBSCRIPTION_LIMITS: SubscriptionLimits = { defaultExpires: 3600, minExpires: 60, maxExpires: 7200, perDevice: 200, total: 20_000 };
