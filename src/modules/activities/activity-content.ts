/** Sealed part of an activity (`activities.sealed`). */
export interface ActivityContent {
  text: string;
}
