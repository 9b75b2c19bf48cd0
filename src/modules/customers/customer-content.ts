/** Sealed part of a customer (`customers.sealed`). */
export interface CustomerContent {
  familyName: string;
  givenName: string;
  familyNameKana: string;
  givenNameKana: string;
  /** As typed. */
  phones: string[];
  emails: string[];
  note: string;
  labels: string[];
  custom: Record<string, string>;
}
