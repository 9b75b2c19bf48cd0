import type { TrunkState } from '../../../shared/api/trunks.ts';
import type { ContactBinding } from '../../sip/types.ts';

/** What the running SIP side tells and does for the settings pages. */
export interface TelephonyLive {
  /** Where telephones find us. */
  sip(): { host: string; port: number; transports: string[] };
  /** Registrations of a telephone at the moment. */
  contactsOf(deviceId: string): readonly ContactBinding[];
  /** Ends the registrations of a telephone. */
  dropContacts(deviceId: string): void;
  /** Null when the trunk does not run here (switched off, or new). */
  trunkState(trunkId: string): TrunkState | null;
}

/** When no SIP runs beside the web side. */
export const NO_TELEPHONY: TelephonyLive = {
  sip: () => ({ host: '127.0.0.1', port: 5060, transports: [] }),
  contactsOf: () => [],
  dropContacts: () => undefined,
  trunkState: () => null,
};
