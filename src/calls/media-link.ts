import { AppError } from '../lib/errors.ts';
import type { RtpRemote } from '../media/protocol.ts';

export const unknownEndpoint = (): AppError => new AppError('unknown_endpoint', 404, 'No media process has this endpoint.');

/** Between processes on one machine: as our own telephones. */
export const linkRemote = ({ host, port }: { host: string; port: number }): RtpRemote => ({
  host,
  port,
  codec: 'PCMU',
  payloadType: 0,
  dtmfPayloadType: 101,
  direction: 'sendrecv',
});
