import type { VirtualFile } from '../../vault/wav.ts';

const BLOCK = 512;
/** Two empty blocks end an archive. */
const END_BYTES = 2 * BLOCK;
/** What twelve octal digits hold; beyond it a size is written in base 256. */
const OCTAL_LIMIT = 8 ** 11;

/** A file within an archive. */
export interface ArchiveMember {
  path: string;
  bytes: number;
  /** Where its head begins. */
  at: number;
}

const padded = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/** Bytes that a file takes in an archive. */
export const memberBytes = (bytes: number): number => BLOCK + padded(bytes);

/** Bytes of an archive whose files take `bytes`. */
export const archiveBytes = (bytes: number): number => bytes + END_BYTES;

function writeSize(head: Buffer, bytes: number): void {
  if (bytes < OCTAL_LIMIT) {
    head.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    return;
  }
  head[124] = 0x80;
  head.writeBigUInt64BE(BigInt(bytes), 128);
}

/**
 * The head of a file in an archive (POSIX ustar; sizes from 8 GiB as GNU tar writes them).
 * @param folder of all files @param at when they were made, ms since the epoch
 */
export function memberHead(folder: string, { path, bytes }: Pick<ArchiveMember, 'path' | 'bytes'>, at: number): Buffer {
  const head = Buffer.alloc(BLOCK);
  if (path.length > 100 || folder.length > 155) throw new Error(`The name ${folder}/${path} is too long for an archive.`);
  head.write(path, 0, 'latin1');
  head.write('0000644\0', 100, 'latin1');
  head.write('0000000\0', 108, 'latin1');
  head.write('0000000\0', 116, 'latin1');
  writeSize(head, bytes);
  head.write(`${Math.floor(at / 1000).toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  head.write('        ', 148, 'latin1');
  head.write('0', 156, 'latin1');
  head.write('ustar\0' + '00', 257, 'latin1');
  head.write(folder, 345, 'latin1');
  let sum = 0;
  for (const byte of head) sum += byte;
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return head;
}

/** What an archive is made of while it is read. */
export interface ArchiveParts {
  folder: string;
  /** ms since the epoch */
  at: number;
  sizeBytes: number;
  /** The last file whose head begins at or before this byte; null in the end blocks of an archive without files. */
  memberAt(byte: number): Promise<ArchiveMember | null>;
  open(member: ArchiveMember): Promise<VirtualFile>;
}

/** A tar archive that exists only while it is read, from any byte on: a download that broke off goes on where it was. */
export function archiveOf(parts: ArchiveParts): VirtualFile {
  let last: { member: ArchiveMember; head: Buffer; file: VirtualFile } | null = null;
  const covering = async (byte: number): Promise<NonNullable<typeof last> | null> => {
    if (last && byte >= last.member.at && byte < last.member.at + memberBytes(last.member.bytes)) return last;
    const member = await parts.memberAt(byte);
    if (!member || byte >= member.at + memberBytes(member.bytes)) return null;
    last = { member, head: memberHead(parts.folder, member, parts.at), file: await parts.open(member) };
    return last;
  };
  /** Bytes from one place of one file: of its head, its content or the rest of its last block. */
  const piece = async (byte: number, length: number): Promise<Buffer> => {
    const found = await covering(byte);
    if (!found) return Buffer.alloc(Math.min(length, parts.sizeBytes - byte));
    const { member, head, file } = found;
    const within = byte - member.at;
    if (within < BLOCK) return head.subarray(within, Math.min(BLOCK, within + length));
    const from = within - BLOCK;
    if (from < member.bytes) return file.read(from, Math.min(length, member.bytes - from));
    return Buffer.alloc(Math.min(length, padded(member.bytes) - from));
  };
  return {
    sizeBytes: parts.sizeBytes,
    async read(offset, length) {
      const end = Math.min(offset + length, parts.sizeBytes);
      const pieces: Buffer[] = [];
      for (let at = Math.max(0, offset); at < end; ) {
        const got = await piece(at, end - at);
        if (got.length === 0) throw new Error('A file of the archive is shorter than its head says.');
        pieces.push(got);
        at += got.length;
      }
      return Buffer.concat(pieces);
    },
  };
}
