/** Sealed part of a trunk (`trunks.sealed`). */
export interface TrunkContent {
  /** Null when the carrier asks for none. */
  password: string | null;
}

/** Where a trunk's password is sealed. */
export const trunkPlace = (id: string) => ({ table: 'trunks', column: 'sealed', id });
