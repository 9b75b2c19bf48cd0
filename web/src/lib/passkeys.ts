import type { NewPasskey, PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import { ApiProblem } from './problem.ts';

/** Why no passkey works on this page. */
export type PasskeyObstacle = 'ip_address' | 'no_tls' | 'other_address' | 'no_address' | 'browser';

/** What a browser says of the page and of itself. */
export interface Here {
  origin: string;
  hostname: string;
  isSecureContext: boolean;
  hasWebAuthn: boolean;
}

const IP = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/**
 * Whether passkeys work on a page: WebAuthn knows names and no IP addresses, and wants TLS but at localhost.
 * @param origin the one address that the server takes passkeys from; null = it has none
 * @returns null when they do
 */
export function passkeyObstacle(origin: string | null, here: Here): PasskeyObstacle | null {
  if (origin === here.origin) return here.hasWebAuthn ? null : 'browser';
  if (origin !== null) return 'other_address';
  if (IP.test(here.hostname)) return 'ip_address';
  return here.isSecureContext ? 'no_address' : 'no_tls';
}

/** This page. */
export const here = (): Here => ({ origin: location.origin, hostname: location.hostname, isSecureContext, hasWebAuthn: 'PublicKeyCredential' in globalThis });

type Options = Record<string, unknown>;

/** The owner closed the browser's question, or took too long: nothing to report as a fault. */
export const isCancelled = (error: unknown): boolean => error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name);

/** What the browser could not do, as a problem with a text. */
const asProblem = (error: unknown): unknown => {
  if (isCancelled(error) || !(error instanceof Error)) return error;
  return new ApiProblem(0, error.name === 'InvalidStateError' ? 'passkey_known' : 'passkey_failed', error.message);
};

/** Has the browser make a passkey. @throws ApiProblem `passkey_known`, `passkey_failed`; what `isCancelled` knows */
export async function makePasskey(options: Options): Promise<NewPasskey> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  try {
    const { id, rawId, response, authenticatorAttachment } = await startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'] });
    return { id, rawId, type: 'public-key', authenticatorAttachment, response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject, transports: response.transports } };
  } catch (error) {
    throw asProblem(error);
  }
}

/** Has the browser sign a login. @throws as `makePasskey` */
export async function signWithPasskey(options: Options): Promise<PasskeyAnswer> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  try {
    const { id, rawId, response } = await startAuthentication({ optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'] });
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    return { id, rawId, type: 'public-key', response: { clientDataJSON, authenticatorData, signature, userHandle } };
  } catch (error) {
    throw asProblem(error);
  }
}
