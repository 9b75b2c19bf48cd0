/** How a call looks on one trunk: the number's format, who is shown, and what is withheld. Pure. */
import type { RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import type { TrunkSettings } from '../../modules/telephony/trunks.service.ts';
import type { OutboundTarget } from '../../sip/types.ts';
import type { Dialled } from './number-class.ts';

/** A number as this trunk wants it; short codes are the same everywhere. */
export function formatNumber(number: string, format: TrunkSettings['numberFormat']): string {
  if (!number.startsWith('+') || format === 'e164') return number;
  if (format === 'e164_bare') return number.slice(1);
  return number.startsWith('+81') ? `0${number.slice(3)}` : `010${number.slice(1)}`;
}

/** Host of a URI with its port; IPv6 in brackets (RFC 3261 section 19.1.1). */
function authority({ host, port }: Pick<TrunkSettings, 'host' | 'port'>): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === null ? name : `${name}:${port}`;
}

/** URI of a trunk's server, without a user. */
export const serverUri = (trunk: Pick<TrunkSettings, 'host' | 'port' | 'transport'>): string =>
  `sip:${authority(trunk)}${trunk.transport === 'udp' ? '' : `;transport=${trunk.transport}`}`;

/**
 * The INVITE's target on a trunk.
 * @param callerId number of the tenant to show, E.164
 * @param ringTimeoutMs how long it may ring, ms
 */
export function targetOn(trunk: RunningTrunk, dialled: Dialled, callerId: string, ringTimeoutMs: number): Omit<OutboundTarget, 'sdp'> {
  const byPrefix = trunk.privacyMethod === 'prefix' && dialled.privacy !== 'default';
  const number = `${byPrefix ? dialled.privacy : ''}${formatNumber(dialled.number, trunk.numberFormat)}`;
  const shown = formatNumber(callerId, trunk.numberFormat);
  const isAccount = trunk.callerId === 'account' && trunk.username !== '';
  return {
    uri: serverUri(trunk).replace('sip:', `sip:${number}@`),
    fromUser: isAccount ? trunk.username : shown,
    fromDisplayName: '',
    fromHost: trunk.kind === 'registration' ? trunk.host : null,
    // The gate adds them when the INVITE leaves: a call's state is stored, and holds no passwords.
    credentials: null,
    identity: trunk.identity,
    assertedUser: shown,
    privacy: dialled.privacy === '184' && trunk.privacyMethod === 'header',
    sessionTimer: true,
    ringTimeoutMs,
  };
}
