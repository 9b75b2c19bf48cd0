import type { TenantTx } from '../../db/types.ts';

/** Sealed part of a user (`users.sealed`). */
export interface UserContent {
  name: string;
  nameKana: string;
  department: string;
  email: string;
  employeeNumber: string;
}

const place = (id: string) => ({ table: 'users', column: 'sealed', id });

export const sealUser = (tx: TenantTx, id: string, content: UserContent): Buffer => tx.vault.seal(place(id), content);

export const openUser = (tx: TenantTx, { id, sealed }: { id: string; sealed: Buffer }): UserContent => tx.vault.open<UserContent>(place(id), sealed);
