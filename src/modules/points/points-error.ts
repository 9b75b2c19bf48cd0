/** Why points in time are not kept, or one cannot be gone back to. */
export type PointsErrorCode = 'no_base' | 'gap' | 'in_future' | 'not_archived' | 'damaged' | 'not_empty' | 'destroyed_since' | 'broken' | 'not_supported' | 'not_reached' | 'no_room' | 'no_folder';

/** The message is one clear sentence. */
export class PointsError extends Error {
  readonly code: PointsErrorCode;

  constructor(code: PointsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PointsError';
    this.code = code;
  }
}
