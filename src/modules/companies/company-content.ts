/** Sealed part of a company (`companies.sealed`). */
export interface CompanyContent {
  name: string;
  nameKana: string;
  phones: string[];
  address: string;
  note: string;
}
