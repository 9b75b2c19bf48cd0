import type { MediaErrorCode } from './protocol.ts';

/** Why a command was refused; travels to core as code and message. */
export class MediaError extends Error {
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string) {
    super(message);
    this.name = 'MediaError';
    this.code = code;
  }
}
