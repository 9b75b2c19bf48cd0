import { isIP } from 'node:net';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
} from '@simplewebauthn/server';
import type { NewPasskey, PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import { CHALLENGE_MS } from './challenges.ts';

/** Who we are to an authenticator (WebAuthn section 4): its keys are for this name alone, used at this address alone. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** Sealed part of a passkey (`passkeys.sealed`). */
export interface PasskeyContent {
  name: string;
  /** Base64url. */
  credentialId: string;
  /** COSE key, base64url. */
  publicKey: string;
  transports: string[];
}

/**
 * The relying party of this installation: the host of its public address; without one `localhost`, where the request came to that.
 * WebAuthn takes no IP address, and http only at localhost.
 * @returns null where no passkey can work
 */
export function relyingPartyOf(publicUrl: string | null, requestOrigin: string): RelyingParty | null {
  const url = URL.parse(publicUrl ?? requestOrigin);
  if (!url || isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) return null;
  // Without a configured address only what cannot be anybody else's name is believed.
  const isLocal = url.hostname === 'localhost';
  return isLocal || (publicUrl !== null && url.protocol === 'https:') ? { id: url.hostname, origin: url.origin } : null;
}

/** The user handle of an authenticator: tenant and user, 32 bytes that say nothing about a person. */
export const userHandleOf = (tenantId: string, userId: string): Buffer => Buffer.from(`${tenantId}${userId}`.replaceAll('-', ''), 'hex');

/** EdDSA, ES256 and RS256 (IANA COSE algorithms): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

const known = ({ credentialId, transports }: PasskeyContent) => ({ id: credentialId, transports: transports as AuthenticatorTransport[] });

/** Whose key is made. */
export interface KeyOwner {
  tenantId: string;
  userId: string;
  /** As the authenticator lists it. */
  label: string;
  name: string;
}

/** What a browser is asked to make a passkey: kept by the authenticator, used after it has verified its owner. */
export const creationOptions = (party: RelyingParty, owner: KeyOwner, have: readonly PasskeyContent[], challenge: Uint8Array) =>
  generateRegistrationOptions({
    rpName: 'Smart Contact Center',
    rpID: party.id,
    userName: owner.label,
    userDisplayName: owner.name,
    userID: Uint8Array.from(userHandleOf(owner.tenantId, owner.userId)),
    challenge: Uint8Array.from(challenge),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: have.map(known),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });

/** What a browser is asked to sign. @param keys null = any that the authenticator keeps for us */
export const requestOptions = (party: RelyingParty, keys: readonly PasskeyContent[] | null, challenge: Uint8Array) =>
  generateAuthenticationOptions({
    rpID: party.id,
    challenge: Uint8Array.from(challenge),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    ...(keys && { allowCredentials: keys.map(known) }),
  });

/** A new key, checked (WebAuthn section 7.1); null when anything about it is wrong. */
export async function readNewPasskey(party: RelyingParty, answer: NewPasskey, challenge: Buffer): Promise<(Omit<PasskeyContent, 'name'> & { signCount: number; synced: boolean }) | null> {
  const { transports = [] } = answer.response;
  const verified = await verifyRegistrationResponse({
    response: { id: answer.id, rawId: answer.rawId, type: answer.type, clientExtensionResults: {}, response: { clientDataJSON: answer.response.clientDataJSON, attestationObject: answer.response.attestationObject } },
    expectedChallenge: challenge.toString('base64url'),
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch(() => null);
  if (!verified?.verified) return null;
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return { credentialId: credential.id, publicKey: Buffer.from(credential.publicKey).toString('base64url'), transports, signCount: credential.counter, synced: credentialBackedUp };
}

/** A stored key. */
export interface StoredKey {
  content: PasskeyContent;
  signCount: number;
}

/** What became of a signature: `copied` when its counter went back, which a genuine authenticator's never does. */
export type SignatureOutcome = { right: true; signCount: number; synced: boolean } | { right: false; reason: 'wrong' | 'copied' };

const responseOf = ({ id, rawId, type, response }: PasskeyAnswer): AuthenticationResponseJSON => ({
  id,
  rawId,
  type,
  clientExtensionResults: {},
  response: { clientDataJSON: response.clientDataJSON, authenticatorData: response.authenticatorData, signature: response.signature },
});

/** Checks a signature (WebAuthn section 7.2). */
export async function checkSignature(party: RelyingParty, answer: PasskeyAnswer, key: StoredKey, challenge: Buffer): Promise<SignatureOutcome> {
  const verified = await verifyAuthenticationResponse({
    response: responseOf(answer),
    expectedChallenge: challenge.toString('base64url'),
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    // The counter is judged below: a copy must be told from a signature that is merely wrong.
    credential: { id: key.content.credentialId, publicKey: Uint8Array.from(Buffer.from(key.content.publicKey, 'base64url')), counter: 0 },
    requireUserVerification: true,
  }).catch(() => null);
  if (!verified?.verified) return { right: false, reason: 'wrong' };
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  if ((newCounter > 0 || key.signCount > 0) && newCounter <= key.signCount) return { right: false, reason: 'copied' };
  return { right: true, signCount: newCounter, synced: credentialBackedUp };
}
