/** Sealed part of a user (`users.sealed`). */
export interface UserContent {
  name: string;
  nameKana: string;
  department: string;
  email: string;
  employeeNumber: string;
}
