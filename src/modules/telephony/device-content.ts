/** Sealed part of a SIP telephone (`sip_devices.sealed`): digest needs the password itself, as the realm may change. */
export interface DeviceContent {
  password: string;
}
