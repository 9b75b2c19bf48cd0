import { existsSync } from 'node:fs';
import { openMasterKey } from '../vault/open-master-key.ts';
import { loadConfig } from './environment.ts';

/** The public key that this installation signs with; null where there is no master key, as with an auditor elsewhere. @throws KeyServiceError */
export async function ownPublicKey(): Promise<string | null> {
  const config = loadConfig();
  return existsSync(config.masterKeyFile) ? (await openMasterKey(config)).signer.publicKey : null;
}
