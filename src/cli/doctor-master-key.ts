import { existsSync } from 'node:fs';
import type { Config } from '../lib/config.ts';
import { messageOf } from '../lib/errors.ts';
import { AwsKeyService } from '../vault/aws-key-service.ts';
import { isSameServiceKey, type WrappedKey } from '../vault/key-service.ts';
import { masterKeyFault, readMasterKeyFile } from '../vault/master-key-file.ts';
import { plainCopiesBeside } from '../vault/move-master-key.ts';
import { demandPlaceAsConfigured, openMasterBytes } from '../vault/open-master-key.ts';
import { fault, note, ok, type Finding } from './finding.ts';

const SUBJECT = 'master key';
const SERVICE = 'key service';

/** Opens it as a start would: whether the service does that is not seen from its state alone. */
async function serviceFindings(config: Config, kms: NonNullable<Config['kms']>, { keyId }: WrappedKey): Promise<Finding[]> {
  try {
    (await openMasterBytes(config, { patienceMs: 0 })).fill(0);
  } catch (error) {
    return [fault(SUBJECT, messageOf(error))];
  }
  const opened = ok(SUBJECT, `${config.masterKeyFile}; opened by the key service under ${keyId}; keep a safe copy (keys export-master)`);
  const service = new AwsKeyService(kms);
  try {
    const configured = await service.describe();
    if (!isSameServiceKey(configured.keyId, keyId)) return [opened, note(SERVICE, `SCC_KMS_KEY_ID names ${configured.keyId}: npm run scc -- keys to-kms puts the master key under it`)];
    return [opened, ok(SERVICE, `${configured.keyId}: ${configured.state}`)];
  } catch (error) {
    return [opened, note(SERVICE, `the state of the key is not known. ${messageOf(error)}`)];
  }
}

/** What a start needs of the master key: asks the key service, where one is configured. */
export async function masterKeyFindings(config: Config): Promise<Finding[]> {
  const { masterKeyFile, kms } = config;
  if (!existsSync(masterKeyFile)) return [note(SUBJECT, `${masterKeyFile}: none yet; made on the first start${kms ? ` under ${kms.keyId}` : ''}`)];
  const wrong = masterKeyFault(masterKeyFile);
  if (wrong) return [fault(SUBJECT, wrong)];
  const content = readMasterKeyFile(masterKeyFile);
  try {
    demandPlaceAsConfigured(config);
  } catch (error) {
    return [fault(SUBJECT, messageOf(error))];
  }
  if (content.kind === 'plain') return [ok(SUBJECT, `${masterKeyFile}; keep a copy apart from the backups`)];
  const copies = plainCopiesBeside(masterKeyFile).map((path) => fault(SUBJECT, `${path} holds the key as it is: npm run scc -- keys to-kms removes it`));
  if (!kms) return [fault(SUBJECT, `${masterKeyFile} is wrapped by a key service: set SCC_KMS_KEY_ID=${content.wrapped.keyId}`), ...copies];
  return [...(await serviceFindings(config, kms, content.wrapped)), ...copies];
}
