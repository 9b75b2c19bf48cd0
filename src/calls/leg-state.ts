import type { MediaCommands } from '../media/protocol.ts';
import type { CodecName } from '../protocol/rtp/codecs.ts';
import type { LocalSecurity, SrtpPolicy } from '../protocol/sdp/security.ts';

/** Our side of a dialog's sound: the endpoint's address, its secret where it can protect, and whether it must. */
export type LocalEndpoint = MediaCommands['createRtpEndpoint']['out'] & Pick<LocalSecurity, 'dtlsRole'> & { srtp?: SrtpPolicy; codecs?: readonly CodecName[] };

/** A SIP dialog of the call. */
export interface SipLegState {
  legId: string;
  /** `up` = answered; `gone` = no command may follow. */
  state: 'early' | 'up' | 'gone';
  /** Our own address in SDP once the endpoint is there. */
  local: LocalEndpoint | null;
  /** `o=` version of our last description. */
  sdpVersion: number;
  /** Over ICE, with `local` null: our answer to the caller, until it is given. */
  readyAnswer?: string;
  /** Our offer in an answer to a delayed offer waits for the ACK's answer. */
  awaitsAnswer: boolean;
  /** Of a leg on a trunk, so that its limits go on after a restart. */
  trunk?: { trunkId: string; planId: string };
}
