/** Sealed part of a case (`cases.sealed`). */
export interface CaseContent {
  subject: string;
  description: string;
}
