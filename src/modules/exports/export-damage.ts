import { AppError } from '../../lib/errors.ts';
import { UnknownKeyVersion } from '../../vault/tenant-vault.ts';

/** Whether sealed content was changed or belongs elsewhere; a key version that this process has not heard of yet is no damage. */
export const isDamage = (error: unknown): boolean => error instanceof AppError && error.code === 'sealed_content_damaged' && !(error instanceof UnknownKeyVersion);
