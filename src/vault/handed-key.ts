import { Socket } from 'node:net';
import { MasterKey } from './master-key.ts';

/** Number of the pipe on which a process of ours finds the master key. */
export const HANDED_KEY_VARIABLE = 'SCC_MASTER_KEY_FD';

let handed: Promise<MasterKey> | null = null;

async function readPipe(fd: number): Promise<MasterKey> {
  const chunks: Buffer[] = [];
  for await (const chunk of new Socket({ fd, readable: true, writable: false })) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  try {
    return new MasterKey(bytes);
  } finally {
    for (const part of [...chunks, bytes]) part.fill(0);
  }
}

/**
 * The master key that the running product gave to this process when it started it, so that backups, points in time and exports go on while a key
 * service is away. Read once.
 * @returns null when this process opens the key by itself
 */
export function handedMasterKey(): Promise<MasterKey> | null {
  const fd = Number(process.env[HANDED_KEY_VARIABLE]);
  if (handed || !(fd > 2)) return handed;
  // Not for processes that this one starts.
  delete process.env[HANDED_KEY_VARIABLE];
  return (handed = readPipe(fd));
}
