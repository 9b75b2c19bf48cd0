import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';

/** Claims of an account, by the name that is typed at the provider. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Claims = Record<string, unknown>;

/** A real OpenID provider on loopback, whose answers can be made wrong one by one. */
export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Changes the ID token before it is sent; null = as the provider made it. */
  tamper: ((claims: Claims, sign: SignToken) => string) | null;
  /** Answers nothing but 503. */
  away: boolean;
  /** Paths that were asked, in order. */
  asked: string[];
  /** Logs an account in as a browser would, without one. @returns the address that the provider leads back to */
  logIn(url: string, account: string): Promise<URL>;
  close(): Promise<void>;
}

/** Signs with the provider's key, or otherwise. */
export type SignToken = (claims: Claims, how?: 'provider' | 'foreign' | 'none' | 'hmac') => string;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' } };
}

function signer(own: ReturnType<typeof newKey>): SignToken {
  const foreign = newKey();
  return (claims, how = 'provider') => {
    const alg = how === 'none' ? 'none' : how === 'hmac' ? 'HS256' : 'RS256';
    const head = `${base64url({ alg, typ: 'JWT', kid: 'test' })}.${base64url(claims)}`;
    if (how === 'none') return `${head}.`;
    if (how === 'hmac') return `${head}.${randomBytes(32).toString('base64url')}`;
    return `${head}.${createSign('sha256').update(head).sign(how === 'provider' ? own.privateKey : foreign.privateKey).toString('base64url')}`;
  };
}

/** Every account may do everything: nobody is asked for consent. */
async function grantAll(context: Context): Promise<unknown> {
  const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

/** @param redirectUris where the client may be led back to */
export async function startIdentityProvider(redirectUris: readonly string[], accounts: Accounts): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = newKey();
  const [clientId, clientSecret] = ['contact-center', randomBytes(24).toString('base64url')];
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUris], response_types: ['code'], grant_types: ['authorization_code'] }],
    jwks: { keys: [key.jwk] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'employee_number', 'preferred_username'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => (accounts[id] ? { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) } : undefined),
    loadExistingGrant: grantAll,
  });
  const sign = signer(key);
  const world: IdentityProvider = { issuer, clientId, clientSecret, tamper: null, away: false, asked: [], logIn: walkThrough, close: () => new Promise((done) => (server.closeAllConnections(), server.close(() => done()))) };
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end();
    world.asked.push(request.url ?? '');
    if (world.away) return void response.writeHead(503).end();
    if (request.url?.startsWith('/interaction/')) return void interact(provider, request, response);
    if (request.url === '/token' && world.tamper) tamperWith(response, world.tamper, sign);
    void answer(request, response);
  });
  return world;
}

const PAGE = `<!doctype html><html lang="ja"><meta charset="utf-8"><title>IdP</title><h1>社内アカウント</h1>
<form method="post"><label>アカウント <input name="account"></label> <button>サインイン</button></form></html>`;

async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const account = new URLSearchParams(Buffer.concat(parts).toString()).get('account') ?? '';
  await provider.interactionFinished(request, response, { login: { accountId: account } });
}

/** The token answer is one write of JSON; its ID token is replaced. */
function tamperWith(response: ServerResponse, tamper: NonNullable<IdentityProvider['tamper']>, sign: SignToken): void {
  const end = response.end.bind(response) as (body: string) => ServerResponse;
  response.end = ((body: unknown) => {
    const answer = JSON.parse(String(body)) as { id_token?: string };
    if (answer.id_token) answer.id_token = tamper(JSON.parse(Buffer.from(answer.id_token.split('.')[1] ?? '', 'base64url').toString()) as Claims, sign);
    const text = JSON.stringify(answer);
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  }) as ServerResponse['end'];
}

/** Follows the provider's redirects with its cookies until it leads away from itself. */
async function walkThrough(start: string, account: string): Promise<URL> {
  const { origin } = new URL(start);
  const cookies = new Map<string, string>();
  let next = new URL(start);
  for (let step = 0; step < 10; step++) {
    const isForm = next.pathname.startsWith('/interaction/');
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie }, ...(isForm && { method: 'POST', body: new URLSearchParams({ account }) }) });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status} at ${next.pathname}: ${(await response.text()).slice(0, 300)}`);
    next = new URL(location, next);
    if (next.origin !== origin) return next;
  }
  throw new Error('the provider leads round and round');
}
