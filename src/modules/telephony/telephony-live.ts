import type { TestCallResult } from '../../../shared/api/devices.ts';
import type { TrunkState } from '../../../shared/api/trunks.ts';
import { conflict } from '../../lib/errors.ts';
import type { ContactBinding } from '../../sip/types.ts';

/** How much goes out. */
export interface DialFigures {
  calls: number;
  /** Estimated, yen. */
  cost: number;
  running: number;
  callsLastHour: number;
  /** Forbidden numbers dialled within ten minutes. */
  refused: number;
  stops: number;
}

/** What the running SIP side tells and does for the settings pages. */
export interface TelephonyLive {
  /** Where telephones find us. */
  sip(): { host: string; port: number; transports: string[]; tlsPort: number | null };
  /** Registrations of a telephone at the moment. */
  contactsOf(deviceId: string): readonly ContactBinding[];
  /** Ends the registrations of a telephone. */
  dropContacts(deviceId: string): void;
  /** Null when the trunk does not run here (switched off, or new). */
  trunkState(trunkId: string): TrunkState | null;
  /** Rings a telephone and plays an announcement. @throws AppError `device_offline`, `test_call_running`, `rate_limited` */
  testDevice(tenantId: string, deviceId: string): Promise<TestCallResult>;
  /** Calls out of this day and moment; null while the tenant is not served here. */
  dialFigures(tenantId: string): DialFigures | null;
  /** Lets calls out again, from now on. */
  releaseDialStop(tenantId: string, stopId: string): void;
  /** The same with a number, over one trunk, under the dial policy. @throws AppError `number_not_allowed` too */
  testTrunk(tenantId: string, userId: string, trunkId: string, number: string): Promise<TestCallResult>;
}

export type { TestCallResult } from '../../../shared/api/devices.ts';

const noSip = (): Promise<never> => Promise.reject(conflict('no_telephony', 'SIP does not run here.'));

/** When no SIP runs beside the web side. */
export const NO_TELEPHONY: TelephonyLive = {
  sip: () => ({ host: '127.0.0.1', port: 5060, transports: [], tlsPort: null }),
  contactsOf: () => [],
  dropContacts: () => undefined,
  trunkState: () => null,
  dialFigures: () => null,
  releaseDialStop: () => undefined,
  testDevice: noSip,
  testTrunk: noSip,
};
