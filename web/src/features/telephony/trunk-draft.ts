import type { createTrunk, Trunk } from '../../../../shared/api/trunks.ts';
import type { RouteRequest } from '../../../../shared/contract.ts';
import { parseRanges, wrongRanges } from '../../records/range-rules.ts';

type TrunkBody = RouteRequest<typeof createTrunk>['body'];

/** A trunk as the form holds it: numbers and lists as typed. */
export interface TrunkDraft extends Pick<
  Trunk,
  | 'name'
  | 'kind'
  | 'profile'
  | 'enabled'
  | 'host'
  | 'transport'
  | 'realm'
  | 'username'
  | 'channels'
  | 'callsPerSecond'
  | 'maxDailyCalls'
  | 'maxDailyCost'
  | 'numberFormat'
  | 'dialledFrom'
  | 'callerId'
  | 'identity'
  | 'privacyMethod'
  | 'inbandDtmf'
  | 'wideband'
  | 'dscp'
  | 'monitorSeconds'
  | 'position'
> {
  port: number | null;
  /** Empty = the stored one stays. */
  password: string;
  sourceRanges: string;
}

/** What a kind of carrier is known to want; everything can be changed afterwards. */
type Preset = Pick<
  TrunkDraft,
  'kind' | 'transport' | 'numberFormat' | 'dialledFrom' | 'callerId' | 'identity' | 'privacyMethod' | 'inbandDtmf' | 'dscp'
>;

const PRESETS: Readonly<Record<TrunkDraft['profile'], Preset>> = {
  generic: {
    kind: 'registration',
    transport: 'udp',
    numberFormat: 'e164',
    dialledFrom: 'request_uri',
    callerId: 'number',
    identity: 'asserted',
    privacyMethod: 'header',
    inbandDtmf: false,
    dscp: 0,
  },
  // Registration is optional there; the dialled number stands in To, tones come in the sound.
  ngn: {
    kind: 'ip',
    transport: 'udp',
    numberFormat: 'national',
    dialledFrom: 'to',
    callerId: 'number',
    identity: 'preferred',
    privacyMethod: 'header',
    inbandDtmf: true,
    dscp: 32,
  },
  // One account for each number.
  kddi: {
    kind: 'registration',
    transport: 'udp',
    numberFormat: 'national',
    dialledFrom: 'request_uri',
    callerId: 'account',
    identity: 'preferred',
    privacyMethod: 'header',
    inbandDtmf: false,
    dscp: 0,
  },
};

export const withPreset = (draft: TrunkDraft, profile: TrunkDraft['profile']): TrunkDraft => ({ ...draft, profile, ...PRESETS[profile] });

export const emptyTrunk: TrunkDraft = {
  name: '',
  profile: 'generic',
  enabled: true,
  host: '',
  port: null,
  realm: '',
  username: '',
  password: '',
  sourceRanges: '',
  channels: 2,
  callsPerSecond: 5,
  maxDailyCalls: null,
  maxDailyCost: null,
  monitorSeconds: 30,
  position: 0,
  wideband: false,
  ...PRESETS.generic,
};

export const draftOf = ({ sourceRanges, port, ...trunk }: Trunk): TrunkDraft => ({ ...trunk, port, password: '', sourceRanges: sourceRanges.join('\n') });

/** What is wrong with a draft, by field. */
export interface TrunkFaults {
  host: boolean;
  account: boolean;
  /** The first few that are no ranges. */
  ranges: string[];
  monitor: boolean;
  isIncomplete: boolean;
}

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/;

/** @param hasPassword one is stored already */
export function faultsOf(draft: TrunkDraft, hasPassword: boolean): TrunkFaults {
  const host = draft.host.trim();
  const account = draft.kind === 'registration' && (draft.username === '' || draft.realm === '' || (draft.password === '' && !hasPassword));
  return {
    host: host !== '' && !HOST.test(host),
    account,
    ranges: wrongRanges(parseRanges(draft.sourceRanges)),
    monitor: draft.monitorSeconds !== 0 && draft.monitorSeconds < 5,
    isIncomplete: draft.name.trim() === '' || host === '' || account,
  };
}

export const isSound = (faults: TrunkFaults): boolean => !faults.host && faults.ranges.length === 0 && !faults.monitor && !faults.isIncomplete;

/** What is sent; the same fields create and change a trunk. */
export function bodyOf(draft: TrunkDraft): TrunkBody {
  const { name, kind, profile, enabled, port, transport, realm, username, channels, callsPerSecond, maxDailyCalls, maxDailyCost, numberFormat, dialledFrom } = draft;
  const { callerId, identity, privacyMethod, inbandDtmf, wideband, dscp, monitorSeconds, position, password } = draft;
  return {
    name: name.trim(),
    kind,
    profile,
    enabled,
    host: draft.host.trim(),
    port,
    transport,
    realm,
    username,
    sourceRanges: parseRanges(draft.sourceRanges),
    channels,
    callsPerSecond,
    maxDailyCalls,
    maxDailyCost,
    numberFormat,
    dialledFrom,
    callerId,
    identity,
    privacyMethod,
    inbandDtmf,
    wideband,
    dscp,
    monitorSeconds,
    position,
    ...(password === '' ? {} : { password }),
  };
}
