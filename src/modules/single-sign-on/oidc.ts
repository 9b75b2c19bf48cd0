import * as oidc from 'openid-client';
import { AppError, messageOf, unavailable } from '../../lib/errors.ts';
import { fetchOutside, type OutsideWorld } from '../../lib/outside-request.ts';
import type { Subject } from './identities.queries.ts';
import type { ProviderContent } from './provider.queries.ts';

/** For one answer of the provider, ms. */
const ANSWER_MS = 5000;
/** Longest document of a provider, bytes: discovery, keys, tokens. */
const LARGEST = 256 * 1024;

/** What the provider must send back, each a secret of this one login. */
export interface Expected {
  redirectUri: string;
  state: string;
  nonce: string;
  /** RFC 7636. */
  verifier: string;
}

/** Who the provider says has logged in. */
export interface Claimed {
  /** What the provider never gives to another of its accounts (OpenID Connect Core 1.0 section 2). */
  subject: Subject;
  /** Of the claim that names the user; null when there is none. */
  value: string | null;
  /** The provider itself does not vouch for the mail address. */
  unverifiedMail: boolean;
  /** Between the login at the provider and its ID token, both by its own clock, seconds; null = it does not say when the login was. */
  loginAgeSeconds: number | null;
}

/** Every request goes the way of a tenant's other look-ups outside: no inner address, no redirect. */
const fetchBy = (world: OutsideWorld | undefined): oidc.CustomFetch => async (url, { method, headers, body }) => {
  // Forms are all that the code flow sends.
  const text = body instanceof URLSearchParams ? body.toString() : null;
  const answer = await fetchOutside({ method: method === 'POST' ? 'POST' : 'GET', url, headers, body: text, timeoutMs: ANSWER_MS }, LARGEST, world);
  return new Response(answer.status === 204 || answer.status === 304 ? null : new Uint8Array(answer.content), { status: answer.status, headers: { 'content-type': answer.contentType } });
};

/**
 * Asks the provider who it is.
 * @throws AppError `single_sign_on_away` with the reason in `extra.fault`
 */
export async function discover(provider: Pick<ProviderContent, 'issuer' | 'clientId' | 'clientSecret'>, world: OutsideWorld | undefined): Promise<oidc.Configuration> {
  const issuer = new URL(provider.issuer);
  try {
    const execute = [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowLoopback] : [])];
    const config = await oidc.discovery(issuer, provider.clientId, undefined, clientAuthentication(provider.clientSecret), { [oidc.customFetch]: fetchBy(world), execute });
    // Some providers answer for all of their customers under one name; whose users those are nobody could say.
    if (new URL(config.serverMetadata().issuer).href !== issuer.href) throw new AppError('wrong_issuer', 502, 'The provider names another issuer.');
    return config;
  } catch (error) {
    throw unavailable('single_sign_on_away', 'The provider of single sign-on cannot be reached.', { fault: faultOf(error) });
  }
}

/** Plain http, which the settings take for the machine itself alone. */
// oxlint-disable-next-line typescript/no-deprecated
const allowLoopback = oidc.allowInsecureRequests;

/** As the provider says it takes the secret; in the header when it says nothing (OpenID Connect Discovery 1.0 section 3). */
const clientAuthentication = (secret: string): oidc.ClientAuth => {
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
};

/** A code of ours, or the library's, for people who set a provider up. */
function faultOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof AppError ? error.cause : error;
  if (inner instanceof AppError) return inner.code;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : messageOf(error).slice(0, 100);
}

/**
 * The address at which the user logs in with the provider: code flow with PKCE (RFC 7636), state and nonce.
 * @param anew a login of before is not enough (OpenID Connect Core 1.0 section 3.1.2.1: `prompt`, `max_age`)
 */
export async function authorizationUrl(config: oidc.Configuration, expected: Expected, { anew = false } = {}): Promise<string> {
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: expected.redirectUri,
    scope: 'openid email profile',
    state: expected.state,
    nonce: expected.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(expected.verifier),
    code_challenge_method: 'S256',
    ...(anew && { prompt: 'login', max_age: '0' }),
  }).href;
}

/**
 * Takes what the provider sent back, fetches the ID token and checks it: state, issuer, signature, audience, time, nonce
 * (OpenID Connect Core 1.0 section 3.1.3.7, RFC 9207).
 * @throws the library's errors when anything about it is wrong
 */
export async function claimedBy(config: oidc.Configuration, query: string, expected: Expected, claim: string): Promise<Claimed> {
  const back = new URL(expected.redirectUri);
  back.search = query;
  const tokens = await oidc.authorizationCodeGrant(config, back, { expectedState: expected.state, expectedNonce: expected.nonce, pkceCodeVerifier: expected.verifier, idTokenExpected: true });
  const inToken = tokens.claims();
  if (!inToken) throw new AppError('no_id_token', 502, 'The provider sent no ID token.');
  const found = typeof inToken[claim] === 'string' || !config.serverMetadata().userinfo_endpoint ? inToken : await oidc.fetchUserInfo(config, tokens.access_token, inToken.sub);
  const value: unknown = found[claim];
  return {
    subject: { issuer: inToken.iss, sub: inToken.sub },
    value: typeof value === 'string' ? value : null,
    unverifiedMail: claim === 'email' && found['email_verified'] === false,
    loginAgeSeconds: typeof inToken.auth_time === 'number' ? inToken.iat - inToken.auth_time : null,
  };
}

/** Whether a fault is the provider's absence, and not what it sent. */
export const isAway = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  // Its gateway answers in its place.
  if (cause instanceof Response && cause.status >= 500) return true;
  const inner = cause instanceof AppError ? cause : error;
  return inner instanceof AppError && ['unreachable', 'timeout', 'address_not_allowed', 'single_sign_on_away'].includes(inner.code);
};

/** What was wrong, for the audit log. */
export const faultCode = faultOf;
