/** A certificate for the first start, before there is a real one. */
import type { RandomBytes } from '../../lib/ids.ts';
import { selfSigned as makeSelfSigned } from '../../protocol/x509/self-signed.ts';

/**
 * @param names host names and addresses that it is for; the first is its subject too
 * @param wallMs now, ms since the epoch
 * @returns PEM
 */
export function selfSigned(names: readonly string[], wallMs: number, days: number, random: RandomBytes): { key: string; certificate: string } {
  const { privateKey, certificate } = makeSelfSigned({ subject: names[0] ?? '', names, wallMs, days, random: (bytes) => Buffer.from(random(bytes)) });
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
