import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isLoopbackHost } from './public-address.ts';

/** A whole number; every way to be wrong is told in the same words. */
function wholeNumber(low: number, high: number) {
  const error = `must be a whole number from ${low} to ${high}`;
  return z.coerce.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

const port = wholeNumber(0, 65_535);

const portOrOff = z.union([z.literal('off').transform(() => null), port], { error: 'must be off or a whole number from 0 to 65535' });

const commaList = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

/** Listen addresses, the first one also for RTP. */
const hostList = z.string().transform(commaList).refine((list) => list.length > 0, { message: 'must name an address' });

const origins = z
  .string()
  .transform(commaList)
  .refine((list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin), {
    message: 'must be origins such as https://phone.example.jp, separated by commas',
  });

const portRange = z
  .string()
  .regex(/^\d+-\d+$/, 'must look like 20000-39999')
  .transform((text) => {
    const [low = 0, high = 0] = text.split('-').map(Number);
    return { low, high };
  })
  .refine((range) => range.low >= 1024 && range.high <= 65_535 && range.high - range.low >= 99, {
    message: 'must span at least 100 ports between 1024 and 65535',
  });

/** Addresses and CIDR ranges, separated by commas. */
const addresses = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''))
  .refine((list) => list.every(isAddressOrRange), { message: 'must be IP addresses or CIDR ranges separated by commas' });

function isAddressOrRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && more.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}

const mailList = z
  .string()
  .transform(commaList)
  .refine((list) => list.every((address) => /^[^\s@<>,]+@[^\s@<>,]+$/.test(address)), { message: 'must be mail addresses separated by commas' });

/** Where clamd listens: `tcp://HOST:PORT`, or `unix:` and an absolute path. */
const scannerPlace = z
  .string()
  .regex(/^(tcp:\/\/(\[[0-9a-fA-F:]+\]|[^\s:/[\]@]+):\d{1,5}|unix:\/\S.*)$/, 'must look like tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl')
  .transform((text): ScannerPlace => {
    if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
    const [, host = '', port = ''] = /^tcp:\/\/\[?([^\]]+?)\]?:(\d+)$/.exec(text) ?? [];
    return { host, port: Number(port) };
  })
  .refine((place) => 'path' in place || (place.port > 0 && place.port <= 65_535), { message: 'must have a port from 1 to 65535' });

/** ARN of a key or an alias, `alias/NAME`, or a key's id. */
const kmsKey = z.string().regex(/^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+|alias\/[\w/-]+|(mrk-)?[0-9a-f-]{32,36})$/, 'must be the ARN or id of a key, or alias/NAME');

/** What goes there holds the master key. */
const kmsEndpoint = z
  .url({ protocol: /^https?$/, error: 'must look like https://kms.example.jp' })
  .refine((url) => url.startsWith('https:') || isLoopbackHost(new URL(url).hostname), { message: 'must begin with https://, except on this machine' });

const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((text) => text === '1');

/** Where backups are made and nobody says otherwise. */
const POINTS_DAYS = 7;

/** Every environment variable of the product with its default; the table in the README is checked against this. */
const environmentSchema = z.object({
  SCC_DATA_DIR: z.string().min(1).default('./data'),
  SCC_HOST: z.string().min(1).default('127.0.0.1'),
  SCC_HTTP_PORT: port.default(3000),
  SCC_OPERATOR_PORT: port.default(3001),
  SCC_TRUSTED_PROXIES: addresses.default([]),
  SCC_SPEECH_ADDRESSES: addresses.default([]),
  SCC_LOGIN_ADDRESSES: addresses.default([]),
  SCC_SIP_HOST: hostList.default(['127.0.0.1']),
  SCC_SIP_PORT: port.default(5060),
  SCC_SIPS_PORT: portOrOff.default(5061),
  SCC_SIP_WS_PORT: portOrOff.default(null),
  SCC_SIP_WSS_PORT: portOrOff.default(null),
  SCC_SIP_WS_ORIGINS: origins.default([]),
  SCC_SIP_TRUSTED_EDGES: addresses.default([]),
  SCC_TLS_CERT_FILE: z.string().min(1).optional(),
  SCC_TLS_KEY_FILE: z.string().min(1).optional(),
  SCC_TLS_CA_FILE: z.string().min(1).optional(),
  SCC_TLS_CLIENT_CERTIFICATES: z.enum(['off', 'optional', 'required'], { error: 'must be off, optional or required' }).default('off'),
  SCC_RTP_PORTS: portRange.default({ low: 20_000, high: 39_999 }),
  SCC_MEDIA_PROCESSES: wholeNumber(1, 64).default(availableParallelism()),
  SCC_DRAIN_SECONDS: wholeNumber(0, 3600).default(0),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' }).optional(),
  SCC_MASTER_KEY_FILE: z.string().min(1).optional(),
  SCC_KMS_KEY_ID: kmsKey.optional(),
  SCC_KMS_ENDPOINT: kmsEndpoint.optional(),
  /** The AWS library reads these two as well. */
  AWS_REGION: z.string().optional(),
  AWS_DEFAULT_REGION: z.string().optional(),
  SCC_STORE: z
    .string()
    .regex(/^file:.+/, 'must be file:FOLDER')
    .optional(),
  SCC_BACKUP_DIR: z.string().min(1).optional(),
  SCC_BACKUP_HOURS: z.union([z.literal('off').transform(() => null), wholeNumber(1, 168)], { error: 'must be off or a whole number from 1 to 168' }).default(null),
  SCC_POINTS_DAYS: z.union([z.literal('off').transform(() => null), wholeNumber(1, 60)], { error: 'must be off or a whole number from 1 to 60' }).optional(),
  SCC_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must look like https://scc.example.jp' }).optional(),
  SCC_SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must look like smtp://user:password@host:587' }).optional(),
  SCC_MAIL_FROM: z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'must be an address, or Name <address>').optional(),
  SCC_NTP_SERVER: z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/[\]]+)(:\d{1,5})?$/, 'must be a host, with or without a port').optional(),
  SCC_SCANNER: scannerPlace.optional(),
  SCC_ALARM_MAIL: mailList.default([]),
  SCC_ALARM_WEBHOOK: z.url({ protocol: /^https?$/, error: 'must look like https://alarms.example.jp/scc' }).optional(),
  SCC_ALARM_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  SCC_DEMO: flag.default(true),
  SCC_DEMO_PASSWORD: z.string().min(15, 'must have at least 15 characters').optional(),
  SCC_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' }).default('info'),
});

/** A socket of clamd. */
export type ScannerPlace = { host: string; port: number } | { path: string };

/** A key of AWS KMS, or of a service that speaks its protocol. */
export interface KmsConfig {
  /** ARN, id or `alias/NAME`. */
  keyId: string;
  region: string;
  /** Null = the one of the region. */
  endpoint: string | null;
}

/** The checked configuration of one process. */
export interface Config {
  /** Absolute path. */
  dataDir: string;
  host: string;
  httpPort: number;
  operatorPort: number;
  /** Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; empty = nobody's. */
  trustedProxies: readonly string[];
  /** Where speech providers of tenants may be beside the public internet: addresses and CIDR ranges. */
  speechAddresses: readonly string[];
  /** Where providers of single sign-on may be beside the public internet. */
  loginAddresses: readonly string[];
  /** First of `sipHosts`; RTP too. */
  sipHost: string;
  sipHosts: readonly string[];
  sipPort: number;
  /** Null = not listened on. */
  sipsPort: number | null;
  sipWsPort: number | null;
  sipWssPort: number | null;
  /** Web pages that may open a SIP WebSocket beside those of the same host. */
  sipWsOrigins: readonly string[];
  /** SIP proxies of ours in front. */
  trustedEdges: readonly string[];
  /** Absolute paths, PEM. `isOwn`: made at the first start when missing. */
  tls: { certificateFile: string; keyFile: string; authoritiesFile: string | null; isOwn: boolean; clientCertificates: 'off' | 'optional' | 'required' };
  /** UDP ports for RTP, both ends included. */
  rtpPorts: { low: number; high: number };
  mediaProcesses: number;
  /** How long calls in progress may take to end after SIGTERM before they are left to the next start, ms. */
  drainMs: number;
  /** Unset: the embedded database is started. */
  databaseUrl: string | undefined;
  masterKeyFile: string;
  /** The key service that wraps the master key; null = it lies in its file as it is. */
  kms: KmsConfig | null;
  /** Absolute folder of the object store. */
  storeDir: string;
  /** Absolute folder of the backups. */
  backupDir: string;
  /** How often the product makes one, hours; null = it does not. */
  backupHours: number | null;
  /** How far back the database can be taken to any moment, days; null = it cannot. */
  pointsDays: number | null;
  /** Where people open the product, without a slash at the end; null = not said: links in mails are paths. */
  publicUrl: string | null;
  /** How mail leaves; null = not at all. */
  mail: { url: string; from: string } | null;
  /** Whom the monitoring asks for the time, `host` or `host:port`; null = nobody. */
  ntpServer: string | null;
  /** What scans files of others for malware; null = nothing. */
  scanner: ScannerPlace | null;
  /** Who hears of the monitoring's alarms; `webhook` null = nobody by webhook. */
  alarms: { mailTo: readonly string[]; webhook: { url: string; secret: string } | null };
  demo: boolean;
  demoPassword: string | undefined;
  logLevel: string;
}

/** One or more environment variables hold a wrong value. `faults` has one clear line for each. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Wrong configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError with one line per wrong variable
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  if ((values.SCC_SMTP_URL === undefined) !== (values.SCC_MAIL_FROM === undefined)) {
    throw new ConfigError([values.SCC_MAIL_FROM === undefined ? 'SCC_MAIL_FROM: must be set with SCC_SMTP_URL' : 'SCC_SMTP_URL: must be set with SCC_MAIL_FROM']);
  }
  const alarms = alarmsOf(values);
  const dataDir = resolve(values.SCC_DATA_DIR);
  return {
    dataDir,
    host: values.SCC_HOST,
    httpPort: values.SCC_HTTP_PORT,
    operatorPort: values.SCC_OPERATOR_PORT,
    trustedProxies: values.SCC_TRUSTED_PROXIES,
    speechAddresses: values.SCC_SPEECH_ADDRESSES,
    loginAddresses: values.SCC_LOGIN_ADDRESSES,
    sipHost: values.SCC_SIP_HOST[0] ?? '127.0.0.1',
    sipHosts: values.SCC_SIP_HOST,
    sipPort: values.SCC_SIP_PORT,
    sipsPort: values.SCC_SIPS_PORT,
    sipWsPort: values.SCC_SIP_WS_PORT,
    sipWssPort: values.SCC_SIP_WSS_PORT,
    sipWsOrigins: values.SCC_SIP_WS_ORIGINS,
    trustedEdges: values.SCC_SIP_TRUSTED_EDGES,
    tls: {
      certificateFile: resolve(values.SCC_TLS_CERT_FILE ?? `${dataDir}/tls/sip.crt`),
      keyFile: resolve(values.SCC_TLS_KEY_FILE ?? `${dataDir}/tls/sip.key`),
      authoritiesFile: values.SCC_TLS_CA_FILE === undefined ? null : resolve(values.SCC_TLS_CA_FILE),
      isOwn: values.SCC_TLS_CERT_FILE === undefined && values.SCC_TLS_KEY_FILE === undefined,
      clientCertificates: values.SCC_TLS_CLIENT_CERTIFICATES,
    },
    rtpPorts: values.SCC_RTP_PORTS,
    mediaProcesses: values.SCC_MEDIA_PROCESSES,
    drainMs: values.SCC_DRAIN_SECONDS * 1000,
    databaseUrl: values.DATABASE_URL,
    masterKeyFile: resolve(values.SCC_MASTER_KEY_FILE ?? `${dataDir}/master.key`),
    kms: kmsOf(values),
    backupDir: resolve(values.SCC_BACKUP_DIR ?? `${dataDir}/backups`),
    backupHours: values.SCC_BACKUP_HOURS,
    // On a database server of others somebody has to say so: it needs a right there.
    pointsDays: values.SCC_POINTS_DAYS === undefined ? (values.SCC_BACKUP_HOURS !== null && values.DATABASE_URL === undefined ? POINTS_DAYS : null) : values.SCC_POINTS_DAYS,
    storeDir: resolve((values.SCC_STORE ?? `file:${dataDir}/store`).slice('file:'.length)),
    publicUrl: values.SCC_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    mail: values.SCC_SMTP_URL !== undefined && values.SCC_MAIL_FROM !== undefined ? { url: values.SCC_SMTP_URL, from: values.SCC_MAIL_FROM } : null,
    ntpServer: values.SCC_NTP_SERVER ?? null,
    scanner: values.SCC_SCANNER ?? null,
    alarms,
    demo: values.SCC_DEMO,
    demoPassword: values.SCC_DEMO_PASSWORD,
    logLevel: values.SCC_LOG_LEVEL,
  };
}

type AlarmVariables = Pick<z.infer<typeof environmentSchema>, 'SCC_ALARM_MAIL' | 'SCC_ALARM_WEBHOOK' | 'SCC_ALARM_SECRET' | 'SCC_SMTP_URL'>;

/** Where alarms go. @throws ConfigError where they could not leave */
function alarmsOf({ SCC_ALARM_MAIL: mailTo, SCC_ALARM_WEBHOOK: url, SCC_ALARM_SECRET: secret, SCC_SMTP_URL: host }: AlarmVariables): Config['alarms'] {
  const faults = [
    ...(mailTo.length > 0 && host === undefined ? ['SCC_SMTP_URL: must be set with SCC_ALARM_MAIL'] : []),
    ...(url !== undefined && secret === undefined ? ['SCC_ALARM_SECRET: must be set with SCC_ALARM_WEBHOOK'] : []),
    ...(url === undefined && secret !== undefined ? ['SCC_ALARM_WEBHOOK: must be set with SCC_ALARM_SECRET'] : []),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  return { mailTo, webhook: url !== undefined && secret !== undefined ? { url, secret } : null };
}

type KmsVariables = Pick<z.infer<typeof environmentSchema>, 'SCC_KMS_KEY_ID' | 'SCC_KMS_ENDPOINT' | 'AWS_REGION' | 'AWS_DEFAULT_REGION'>;

/** @throws ConfigError where the key's region is not known */
function kmsOf({ SCC_KMS_KEY_ID: keyId, SCC_KMS_ENDPOINT: endpoint, AWS_REGION, AWS_DEFAULT_REGION }: KmsVariables): KmsConfig | null {
  if (keyId === undefined) {
    if (endpoint !== undefined) throw new ConfigError(['SCC_KMS_KEY_ID: must be set with SCC_KMS_ENDPOINT']);
    return null;
  }
  const region = keyId.startsWith('arn:') ? keyId.split(':')[3] : (AWS_REGION ?? AWS_DEFAULT_REGION);
  if (region === undefined) throw new ConfigError(['AWS_REGION: must be set with SCC_KMS_KEY_ID, unless that is an ARN']);
  return { keyId, region, endpoint: endpoint ?? null };
}
