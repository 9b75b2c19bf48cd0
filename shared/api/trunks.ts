import { z } from 'zod';
import { route } from '../contract.ts';
import { srtpSchema, testCallResultSchema } from './devices.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** `unregistered`: the carrier refused or did not answer; tried again by itself. `none`: this trunk does not register. */
export const trunkStateSchema = z.object({
  registration: z.enum(['none', 'registering', 'registered', 'unregistered']),
  /** By OPTIONS; `unknown` until the first answer and while monitoring is off. */
  reachable: z.enum(['unknown', 'up', 'down']),
  /** `open`: no calls for a while after three failures in a row; `half_open`: one call may try. */
  circuit: z.enum(['closed', 'open', 'half_open']),
  /** Calls at the moment, both ways. */
  channelsUsed: z.number().int(),
  /** Last final status of REGISTER or OPTIONS; 408 = no answer. */
  lastStatus: z.number().int().nullable(),
  lastChangeAt: timeSchema.nullable(),
});

/** Settings that go with a kind of line. They claim no conformance to a carrier's interface. */
export const TRUNK_PRESETS = {
  generic: { numberFormat: 'e164', dialledFrom: 'request_uri', callerId: 'number', identity: 'none', privacyMethod: 'header' },
  /** Numbers as they are dialled in Japan, 184 and 186 as digits. */
  ngn: { numberFormat: 'national', dialledFrom: 'request_uri', callerId: 'number', identity: 'preferred', privacyMethod: 'prefix' },
  /** The number dialled stands in To; E.164 with an asserted identity. */
  kddi: { numberFormat: 'e164', dialledFrom: 'to', callerId: 'number', identity: 'asserted', privacyMethod: 'header' },
} as const;

const hostName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/);
const word = (max: number) => text(max).regex(/^[^\s"\\<>@]*$/);

const settings = {
  name: requiredText(60),
  kind: z.enum(['registration', 'ip']),
  /** Which kind of carrier: what is not given at the creation is as `TRUNK_PRESETS` says; the settings count by themselves. */
  profile: z.enum(['generic', 'ngn', 'kddi']),
  enabled: z.boolean(),
  /** Name or address of the carrier's SIP server. */
  host: hostName,
  /** Null = as DNS says, else the transport's own. */
  port: z.number().int().min(1).max(65_535).nullable(),
  transport: z.enum(['udp', 'tcp', 'tls']),
  /** Digest realm; the password goes to no other one. */
  realm: word(100),
  username: word(100),
  /** CIDR; who may send calls of this trunk beside the registered server itself. */
  sourceRanges: z.array(z.string().max(50)).max(50),
  channels: z.number().int().min(1).max(10_000),
  callsPerSecond: z.number().int().min(1).max(1000),
  /** Calls out of a day in Japan, and their estimated cost in yen; null = only as the dial policy says. */
  maxDailyCalls: z.number().int().min(0).max(1_000_000).nullable(),
  maxDailyCost: z.number().int().min(0).max(100_000_000).nullable(),
  /** +81312345678, 81312345678, 0312345678. */
  numberFormat: z.enum(['e164', 'e164_bare', 'national']),
  /** Where the dialled number of a call from the carrier stands. */
  dialledFrom: z.enum(['request_uri', 'to']),
  /** Number shown: one of the tenant's, or always the account's own user name. */
  callerId: z.enum(['number', 'account']),
  identity: z.enum(['none', 'asserted', 'preferred']),
  /** How 184 is passed on: Privacy and an anonymous From, or the digits 184 and 186 themselves. */
  privacyMethod: z.enum(['header', 'prefix']),
  /** Keys of the peer come as tones in the sound, without telephone-event. */
  inbandDtmf: z.boolean(),
  /** Protection of the sound. */
  srtp: srtpSchema,
  /** Opus and G.722 are offered before G.711, and taken where the carrier prefers them. */
  wideband: z.boolean(),
  /** A remark for the network; this product marks no packets. */
  dscp: z.number().int().min(0).max(63),
  /** Seconds between OPTIONS; 0 = none. */
  monitorSeconds: z.union([z.literal(0), z.number().int().min(5).max(3600)]),
  /** Order in lists. */
  position: z.number().int().min(0).max(10_000),
} as const;

export const trunkSchema = z.object({ ...recordFields, ...settings, hasPassword: z.boolean(), state: trunkStateSchema });

const password = z.string().min(1).max(200);

export const listTrunks = route({
  id: 'listTrunks',
  method: 'GET',
  path: '/trunks',
  summary: 'List lines to carriers with their live state.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(trunkSchema),
});

export const getTrunk = route({
  id: 'getTrunk',
  method: 'GET',
  path: '/trunks/{id}',
  summary: 'One trunk with its live state.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  response: trunkSchema,
});

export const createTrunk = route({
  id: 'createTrunk',
  method: 'POST',
  path: '/trunks',
  summary: 'Create a trunk; its password is kept sealed and never shown again.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({
    name: settings.name,
    kind: settings.kind,
    host: settings.host,
    profile: settings.profile.default('generic'),
    enabled: settings.enabled.default(true),
    port: settings.port.default(null),
    transport: settings.transport.default('udp'),
    realm: settings.realm.default(''),
    username: settings.username.default(''),
    password: password.optional(),
    sourceRanges: settings.sourceRanges.default([]),
    channels: settings.channels.default(2),
    callsPerSecond: settings.callsPerSecond.default(5),
    maxDailyCalls: settings.maxDailyCalls.default(null),
    maxDailyCost: settings.maxDailyCost.default(null),
    numberFormat: settings.numberFormat.optional(),
    dialledFrom: settings.dialledFrom.optional(),
    callerId: settings.callerId.optional(),
    identity: settings.identity.optional(),
    privacyMethod: settings.privacyMethod.optional(),
    inbandDtmf: settings.inbandDtmf.default(false),
    srtp: settings.srtp.default('none'),
    wideband: settings.wideband.default(false),
    dscp: settings.dscp.default(0),
    monitorSeconds: settings.monitorSeconds.default(30),
    position: settings.position.default(0),
  }),
  response: trunkSchema,
});

export const updateTrunk = route({
  id: 'updateTrunk',
  method: 'PATCH',
  path: '/trunks/{id}',
  summary: 'Change settings of a trunk; calls in progress go on.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ ...z.object(settings).partial().shape, password: password.optional() }),
  response: trunkSchema,
});

export const deleteTrunk = route({
  id: 'deleteTrunk',
  method: 'DELETE',
  path: '/trunks/{id}',
  summary: 'Remove a trunk that no outbound route and no number uses.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
});

export const testTrunk = route({
  id: 'testTrunk',
  method: 'POST',
  path: '/trunks/{id}/test-call',
  summary: 'Call a number over this trunk under the dial policy and play an announcement; answers when that call is over.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'heavy',
  params: idParams,
  body: z.strictObject({ number: requiredText(30) }),
  response: testCallResultSchema,
});

export const outboundRouteSchema = z.object({
  id: idSchema,
  name: z.string(),
  prefix: z.string(),
  /** Tried in this order. */
  trunkIds: z.array(idSchema),
});

export const getOutboundRoutes = route({
  id: 'getOutboundRoutes',
  method: 'GET',
  path: '/outbound-routes',
  summary: 'Outbound routes in order; the first whose prefix fits is taken.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  response: z.object({ routes: z.array(outboundRouteSchema) }),
});

export const setOutboundRoutes = route({
  id: 'setOutboundRoutes',
  method: 'PUT',
  path: '/outbound-routes',
  summary: 'Replace all outbound routes.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({
    routes: z
      .array(
        z.strictObject({
          name: requiredText(60),
          /** Beginning of the number in E.164 (`+8150`) or of a short code (`117`); empty = every number. */
          prefix: z.string().regex(/^\+?[0-9]{0,15}$/),
          trunkIds: z.array(idSchema).min(1).max(10),
        }),
      )
      .max(200),
  }),
  response: z.object({ routes: z.array(outboundRouteSchema) }),
});

export type Trunk = z.infer<typeof trunkSchema>;
export type TrunkState = z.infer<typeof trunkStateSchema>;
export type OutboundRoute = z.infer<typeof outboundRouteSchema>;
