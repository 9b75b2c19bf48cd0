/** What the settings of a line mean for the leg on it. */
import type { Line } from './party.ts';
import type { CallRun } from './run.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';

/** Arguments of a new endpoint that shall be able to protect its stream. */
export const SECURED = { secure: 'srtp' } as const;

/** We offer protection on this line. */
export const offersKeys = ({ srtp }: Line): boolean => srtp !== undefined && srtp !== 'none';

/** The endpoint's side under the line's policy. */
export const localOn = (local: LocalEndpoint, { srtp }: Line): LocalEndpoint => {
  const { srtp: _, ...plain } = local;
  return srtp ? { ...plain, srtp } : plain;
};

/** What of the line stays with the leg. */
export const trunkOn = ({ trunk }: Line): Pick<SipLegState, 'trunk'> => (trunk ? { trunk } : {});

/** Tones of a line without telephone-event become keys. */
export function listenForTones(run: CallRun, endpoint: string, { inbandDtmf }: Line): void {
  if (inbandDtmf) run.media('setDtmfDetection', { endpoint, on: true });
}
