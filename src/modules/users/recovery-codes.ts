import type { TenantTx } from '../../db/types.ts';
import { findFactor, lockFactor, patchFactor, putUnconfirmedFactor } from './second-factor.queries.ts';
import { hashOfSecret } from './secrets.ts';
import { indexOfHash, newRecoveryCodes, plainCode } from './totp.ts';

/**
 * Sealed part of a second factor (`second_factors.sealed`). The recovery codes belong to the user: they take the place of an authenticator
 * app and of passkeys alike, so the row is there for who has passkeys alone, too, with no secret.
 */
export interface FactorContent {
  /** Of the authenticator app, Base32; empty = none. */
  secret: string;
  /** SHA-256 of each recovery code that is left, hex. */
  recoveryHashes: string[];
}

const place = (userId: string) => ({ table: 'second_factors', column: 'sealed', id: userId });
export const openFactor = (tx: TenantTx, userId: string, sealed: Buffer): FactorContent => tx.vault.open<FactorContent>(place(userId), sealed);
export const sealFactor = (tx: TenantTx, userId: string, content: FactorContent): Buffer => tx.vault.seal(place(userId), content);
const hashOfCode = (code: string): Buffer => hashOfSecret(plainCode(code));
const hashesOf = (codes: readonly string[]): string[] => codes.map((code) => hashOfCode(code).toString('hex'));

/** How many recovery codes a user has left. */
export async function recoveryCodesLeft(tx: TenantTx, userId: string): Promise<number> {
  const factor = await findFactor(tx, userId);
  return factor ? openFactor(tx, userId, factor.sealed).recoveryHashes.length : 0;
}

/** Spends a recovery code. The caller holds the lock of the user's row. @returns whether it was one */
export async function spendRecoveryCode(tx: TenantTx, userId: string, typed: string): Promise<boolean> {
  const factor = await lockFactor(tx, userId);
  if (!factor) return false;
  const content = openFactor(tx, userId, factor.sealed);
  const index = indexOfHash(content.recoveryHashes, hashOfCode(typed));
  if (index === -1) return false;
  const left = content.recoveryHashes.toSpliced(index, 1);
  await patchFactor(tx, userId, { sealed: sealFactor(tx, userId, { ...content, recoveryHashes: left }) });
  await tx.audit({ code: 'second_factor.recovery_code_used', subject: { kind: 'user', id: userId }, detail: { left: left.length } });
  return true;
}

/** Replaces the codes of a user, who may have no app. @returns the codes, told this once, and how many there were before */
export async function makeRecoveryCodes(tx: TenantTx, userId: string): Promise<{ codes: string[]; before: number }> {
  const codes = newRecoveryCodes();
  const factor = await lockFactor(tx, userId);
  const content = factor ? openFactor(tx, userId, factor.sealed) : { secret: '', recoveryHashes: [] };
  const sealed = sealFactor(tx, userId, { ...content, recoveryHashes: hashesOf(codes) });
  await (factor ? patchFactor(tx, userId, { sealed }) : putUnconfirmedFactor(tx, userId, sealed));
  return { codes, before: content.recoveryHashes.length };
}

/** The codes that come with a first passkey: without any, the loss of it would lock its owner out. @returns null when there are some already */
export async function codesForPasskey(tx: TenantTx, userId: string): Promise<string[] | null> {
  if ((await recoveryCodesLeft(tx, userId)) > 0) return null;
  return (await makeRecoveryCodes(tx, userId)).codes;
}
