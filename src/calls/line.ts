/** What the settings of a line mean for the leg on it. */
import type { CodecName } from '../protocol/rtp/codecs.ts';
import type { SrtpPolicy } from '../protocol/sdp/security.ts';
import type { Line } from './party.ts';
import type { CallRun } from './run.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';

/** Arguments of a new endpoint that shall be able to protect its stream. */
export const SECURED = { secure: 'srtp' } as const;

/** We offer protection on this line. */
export const offersKeys = ({ srtp }: Line): boolean => srtp !== undefined && srtp !== 'none';

/** The endpoint's side under the line's policy. */
export const localOn = (local: LocalEndpoint, { srtp, codecs }: Line): LocalEndpoint => {
  const { srtp: _, codecs: __, ...plain } = local;
  return { ...plain, ...(srtp && { srtp }), ...(codecs && { codecs }) };
};

const WIDE_BAND: readonly CodecName[] = ['OPUS', 'G722', 'PCMU', 'PCMA'];

/** What a telephone or a trunk is offered by its settings. */
export const lineWith = ({ srtp, wideband }: { srtp: SrtpPolicy; wideband: boolean }): Pick<Line, 'srtp' | 'codecs'> => ({ srtp, ...(wideband && { codecs: WIDE_BAND }) });

/** What of the line stays with the leg. */
export const trunkOn = ({ trunk }: Line): Pick<SipLegState, 'trunk'> => (trunk ? { trunk } : {});

/** Tones of a line without telephone-event become keys. */
export function listenForTones(run: CallRun, endpoint: string, { inbandDtmf }: Line): void {
  if (inbandDtmf) run.media('setDtmfDetection', { endpoint, on: true });
}
