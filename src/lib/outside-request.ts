import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { AppError, messageOf } from './errors.ts';
import { isPublicAddress } from './public-address.ts';

/** Longest answer that is read, bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024;

export interface OutsideRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body: string | null;
  /** For everything together, ms. */
  timeoutMs: number;
}

export interface OutsideAnswer {
  status: number;
  text: string;
}

/** An answer as it came. */
export interface OutsideContent {
  status: number;
  /** Of the `Content-Type` header, empty when there is none. */
  contentType: string;
  content: Buffer;
}

/** What tests put in the place of the internet. */
export interface OutsideWorld {
  /** Every address of a name. */
  resolve(host: string): Promise<string[]>;
  isAllowed(address: string): boolean;
}

/** The public internet. */
const internet: OutsideWorld = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  isAllowed: isPublicAddress,
};

/** For addresses that the provider itself wrote into the configuration: machines of its own network too. */
export const anyAddress: OutsideWorld = { ...internet, isAllowed: () => true };

/** The public internet and what the operator allows beside it. @param ranges addresses and CIDR ranges */
export function internetAnd(ranges: readonly string[]): OutsideWorld {
  const allowed = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(prefix), family);
  }
  return { ...internet, isAllowed: (address) => isPublicAddress(address) || allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') };
}

const refused = (message: string): AppError => new AppError('address_not_allowed', 403, message);

/** Where a request goes: one address, decided on once. @throws AppError `address_not_allowed` */
async function pinnedAddress(url: URL, world: OutsideWorld): Promise<string> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('Only https and http are spoken.');
  if (url.username !== '' || url.password !== '') throw refused('No password in an address.');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await world.resolve(host) : [host];
  const [first] = addresses;
  // One inner address among several: whoever answers for this name wants us to go there.
  if (first === undefined || !addresses.every((address) => world.isAllowed(address))) throw refused('This address is not in the public internet.');
  return first;
}

/** The whole answer. @throws AppError `answer_too_long` */
async function read(answer: IncomingMessage, largest: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > largest) {
      answer.destroy();
      throw new AppError('answer_too_long', 502, `The answer is longer than ${largest / 1024} KiB.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(url: URL, address: string, { method, headers, body }: OutsideRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = make(url, {
      method,
      signal,
      // No agent: a connection kept from before may lead to where the name led then.
      agent: false,
      // The name is not asked a second time; TLS still checks the certificate against it.
      lookup: (_host, options, done) => {
        const family = isIP(address);
        if (options.all) done(null, [{ address, family }]);
        else done(null, address, family);
      },
      headers: { accept: 'application/json', ...(body !== null && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }), ...headers },
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body ?? undefined);
  });
}

/**
 * Asks a server of the public internet for a tenant: no inner address after its name was resolved, connected to the address that
 * was checked, no redirect followed, at most 64 KiB read.
 * @throws AppError `address_not_allowed`, `answer_too_long`, `timeout`, `unreachable`
 */
export async function askOutside(given: OutsideRequest, world: OutsideWorld = internet): Promise<OutsideAnswer> {
  const { status, content } = await fetchOutside(given, MAX_ANSWER_BYTES, world);
  return { status, text: content.toString('utf8') };
}

/**
 * The same for an answer that is a file.
 * @param largest bytes
 * @throws AppError as `askOutside`
 */
export async function fetchOutside(given: OutsideRequest, largest: number, world: OutsideWorld = internet): Promise<OutsideContent> {
  const url = URL.parse(given.url);
  if (!url) throw refused('This is no address.');
  const signal = AbortSignal.timeout(given.timeoutMs);
  const aborted = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(timedOut()), { once: true }));
  aborted.catch(() => undefined);
  try {
    const address = await Promise.race([pinnedAddress(url, world), aborted]);
    const answer = await Promise.race([send(url, address, given, signal), aborted]);
    return { status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', content: await Promise.race([read(answer, largest), aborted]) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal.aborted) throw timedOut();
    throw new AppError('unreachable', 502, messageOf(error));
  }
}

const timedOut = (): AppError => new AppError('timeout', 504, 'The server did not answer in time.');
