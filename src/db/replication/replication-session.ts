import pg from 'pg';
import { messageOf } from '../../lib/errors.ts';
import { formatLsn, parseLsn, SEGMENT_BYTES, type Lsn } from './lsn.ts';

/*
 * A session of PostgreSQL's streaming replication protocol (manual, chapter "Streaming Replication Protocol"; message forms of
 * BASE_BACKUP from version 15 on). It needs no program beside the server: what pg_basebackup and pg_receivewal do is done here.
 */

/** Microseconds from 1970 to 2000, where the server's clock begins. */
const EPOCH_2000_US = 946_684_800_000_000n;
const OLDEST_VERSION = 15;

/** The server does not do what points in time need. The message is one clear sentence. */
export class ReplicationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReplicationError';
  }
}

type Row = Record<string, string | null>;

/** What `pg` hands to a query object. */
interface WireQuery extends pg.Submittable {
  handleRowDescription(message: { fields: { name: string }[] }): void;
  handleDataRow(message: { fields: (string | null)[] }): void;
  handleCopyData(message: { chunk: Buffer }, connection: pg.Connection): void;
  handleCommandComplete(): void;
  handleEmptyQuery(): void;
  handlePortalSuspended(): void;
  handleCopyInResponse(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

/** One command; its rows arrive as sets, its copied bytes one message at a time. */
class Command implements WireQuery {
  readonly done: Promise<Row[][]>;
  readonly #text: string;
  readonly #onData: (chunk: Buffer, connection: pg.Connection) => void;
  readonly #sets: Row[][] = [];
  #fields: string[] = [];
  #error: Error | null = null;
  #resolve: (sets: Row[][]) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(text: string, onData: (chunk: Buffer, connection: pg.Connection) => void) {
    this.#text = text;
    this.#onData = onData;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits hears of it; nobody may be waiting yet.
    this.done.catch(() => undefined);
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleRowDescription({ fields }: { fields: { name: string }[] }): void {
    this.#fields = fields.map(({ name }) => name);
    this.#sets.push([]);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#sets.at(-1)?.push(Object.fromEntries(this.#fields.map((name, index) => [name, fields[index] ?? null])));
  }

  handleCopyData({ chunk }: { chunk: Buffer }, connection: pg.Connection): void {
    this.#onData(chunk, connection);
  }

  handleCommandComplete(): void {
    // Each of the sets has an end of its own; the last one comes before ReadyForQuery.
  }

  handleEmptyQuery(): void {
    // No command here is empty.
  }

  handlePortalSuspended(): void {
    // No command here reads a part of its rows.
  }

  handleCopyInResponse(): void {
    // No command here takes data in.
  }

  /** Also called when the connection ends. */
  handleError(error: Error): void {
    this.#error = error;
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (!this.#error) this.#resolve(this.#sets);
  }
}

/** What the server says of itself. */
export interface SystemIdentity {
  systemId: string;
  timeline: number;
}

/** Where a base backup begins and ends in the write-ahead log. */
export interface BaseRange {
  timeline: number;
  startLsn: Lsn;
  stopLsn: Lsn;
}

/** Takes what a base backup is made of; each promise is waited for before more is read. */
export interface BaseSink {
  /** Bytes of the cluster as a tar archive. */
  tar(bytes: Buffer): Promise<void> | void;
  /** Bytes of the server's list of files with their SHA-256. */
  manifest(bytes: Buffer): void;
}

/** Hears the write-ahead log. */
export interface WalListener {
  /** Bytes that begin at `lsn`. @returns false to be sent no more until `resume` */
  onWal(lsn: Lsn, bytes: Buffer): boolean;
  /** The server asks how far we are: before it stops it waits for that. */
  onAsked(): void;
}

/** The write-ahead log while it comes in. */
export interface WalStream {
  /** Tells the server that everything before `lsn` is safe here: it may remove it. @param now ms since the epoch */
  confirm(lsn: Lsn, now: number): void;
  resume(): void;
  /** Rejects when the connection ends or the server has no more on this timeline. */
  readonly ended: Promise<never>;
}

const quoted = (slot: string): string => `"${slot}"`;

function readBase(chunk: Buffer, sink: BaseSink, state: { isManifest: boolean; archives: number }): Promise<void> | void {
  switch (String.fromCodePoint(chunk[0] ?? 0)) {
    case 'n':
      state.archives += 1;
      if (state.archives > 1) throw new ReplicationError('The database has tablespaces of its own: points in time are not kept for it.');
      return undefined;
    case 'm':
      state.isManifest = true;
      return undefined;
    case 'd':
      return state.isManifest ? sink.manifest(chunk.subarray(1)) : sink.tar(chunk.subarray(1));
    default:
      // Progress.
      return undefined;
  }
}

/** A session that reads the server's files and its write-ahead log. */
export class ReplicationSession {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** @throws ReplicationError when the server cannot be reached, or does not allow it */
  static async open(connection: pg.ClientConfig): Promise<ReplicationSession> {
    const config = { connectionTimeoutMillis: 10_000, ...connection, replication: 'true', application_name: 'scc-points' };
    const client = new pg.Client(config);
    client.on('error', () => undefined);
    await client.connect().catch((error: unknown) => {
      throw new ReplicationError(`The database does not let its write-ahead log be read: ${messageOf(error)}`, { cause: error });
    });
    return new ReplicationSession(client);
  }

  async #run(text: string): Promise<Row[]> {
    const command = new Command(text, () => undefined);
    this.#client.query(command);
    return (await command.done)[0] ?? [];
  }

  async identify(): Promise<SystemIdentity> {
    const [version] = await this.#run('SHOW server_version');
    if (Number.parseInt(version?.['server_version'] ?? '0', 10) < OLDEST_VERSION) throw new ReplicationError(`Points in time need PostgreSQL ${OLDEST_VERSION} or later.`);
    const [size] = await this.#run('SHOW wal_segment_size');
    if (size?.['wal_segment_size'] !== `${SEGMENT_BYTES / 1024 ** 2}MB`) throw new ReplicationError('Points in time need write-ahead log segments of 16 MB.');
    const [row] = await this.#run('IDENTIFY_SYSTEM');
    return { systemId: row?.['systemid'] ?? '', timeline: Number(row?.['timeline']) };
  }

  /** From now on the server keeps its write-ahead log until it is confirmed. */
  async createSlot(slot: string): Promise<void> {
    await this.#run(`CREATE_REPLICATION_SLOT ${quoted(slot)} PHYSICAL RESERVE_WAL`);
  }

  /**
   * Copies the whole cluster while it works.
   * @throws ReplicationError, or the error of the sink
   */
  async baseBackup(label: string, sink: BaseSink): Promise<BaseRange> {
    let failure: Error | null = null;
    let work = Promise.resolve();
    const state = { isManifest: false, archives: 0 };
    const fail = (error: unknown): void => {
      failure ??= error instanceof Error ? error : new Error(messageOf(error));
      // The server would go on to the end otherwise.
      this.#client.connection.stream.destroy();
    };
    const onData = (chunk: Buffer, { stream }: pg.Connection): void => {
      // Kept until it is written, and the buffer that it is a part of is used again.
      const own = Buffer.from(chunk);
      stream.pause();
      work = work.then(() => readBase(own, sink, state)).then(() => void stream.resume(), fail);
    };
    const command = new Command(`BASE_BACKUP (LABEL '${label}', CHECKPOINT 'fast', WAL false, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')`, onData);
    this.#client.query(command);
    try {
      const [start, , stop] = await command.done;
      await work;
      if (failure) throw failure;
      const [begun, ended] = [start?.[0], stop?.[0]];
      return { timeline: Number(begun?.['tli']), startLsn: parseLsn(begun?.['recptr'] ?? ''), stopLsn: parseLsn(ended?.['recptr'] ?? '') };
    } catch (error) {
      await work;
      throw failure ?? error;
    }
  }

  /** Begins to read the write-ahead log at `from`. */
  startWal(slot: string, from: Lsn, timeline: number, listener: WalListener): WalStream {
    const onData = (chunk: Buffer, { stream }: pg.Connection): void => {
      const kind = chunk[0];
      if (kind === 0x77) {
        // `w`: start, end of the server's log, its clock, bytes.
        if (!listener.onWal(chunk.readBigUInt64BE(1), Buffer.from(chunk.subarray(25)))) stream.pause();
      } else if (kind === 0x6b && chunk[17] === 1) listener.onAsked();
    };
    const command = new Command(`START_REPLICATION SLOT ${quoted(slot)} PHYSICAL ${formatLsn(from)} TIMELINE ${timeline}`, onData);
    this.#client.query(command);
    const ended = command.done.then((): never => {
      throw new ReplicationError('The database has no more on this timeline.');
    });
    ended.catch(() => undefined);
    return {
      ended,
      resume: () => void this.#client.connection.stream.resume(),
      confirm: (lsn, now) => {
        const message = Buffer.alloc(34);
        message[0] = 0x72;
        for (const at of [1, 9, 17]) message.writeBigUInt64BE(lsn, at);
        message.writeBigInt64BE(BigInt(Math.round(now)) * 1000n - EPOCH_2000_US, 25);
        // Nothing is sent on a connection that has gone; `ended` tells.
        if (this.#client.connection.stream.writable) sendCopyData(this.#client.connection, message);
      },
    };
  }

  /** Ends the session at once, whatever it is doing. */
  close(): void {
    this.#client.connection.stream.destroy();
  }
}

/** Of `pg`'s connection; its types leave it out. */
const sendCopyData = (connection: pg.Connection, bytes: Buffer): void => (connection as pg.Connection & { sendCopyFromChunk(chunk: Buffer): void }).sendCopyFromChunk(bytes);
