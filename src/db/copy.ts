import { Readable } from 'node:stream';
import type pg from 'pg';

/** What we use of the driver's connection; its published types lack the copy messages. */
interface Wire {
  stream: { pause(): void; resume(): void; writableLength: number; once(event: 'drain' | 'close', listener: () => void): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** Bytes that may wait in the socket before the reader of the source rests. */
const WAITING_BYTES = 1024 * 1024;

const submit = (client: pg.Client, query: object): void => void client.query(query as pg.Submittable);

/**
 * The rows of a `COPY … TO STDOUT` as they come; the server waits while nobody reads. The client is of use again after the end; when
 * the reader gives up before it, only `client.end()` is left to do.
 */
export function copyOut(client: pg.Client, text: string): Readable {
  let wire: Wire | undefined;
  const stream = new Readable({ read: () => wire?.stream.resume() });
  submit(client, {
    submit(connection: Wire) {
      wire = connection;
      connection.query(text);
    },
    handleCopyData({ chunk }: { chunk: Buffer }) {
      // The driver puts the next message into the same memory.
      if (!stream.push(Buffer.from(chunk))) wire?.stream.pause();
    },
    handleCommandComplete: () => undefined,
    handleReadyForQuery() {
      // Nobody reads after the end: a rest taken for rows that came in one piece with it would keep the next answer from ever coming.
      wire?.stream.resume();
      stream.push(null);
    },
    handleError(error: Error) {
      wire?.stream.resume();
      stream.destroy(error);
    },
  });
  return stream;
}

async function send(wire: Wire, source: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of source) {
      wire.sendCopyFromChunk(chunk);
      if (wire.stream.writableLength > WAITING_BYTES) {
        await new Promise<void>((resolve) => {
          wire.stream.once('drain', resolve);
          wire.stream.once('close', resolve);
        });
      }
    }
    wire.endCopyFrom();
  } catch (error) {
    wire.sendCopyFail(error instanceof Error ? error.message : 'the source failed');
  }
}

/**
 * Feeds a `COPY … FROM STDIN`.
 * @returns rows taken
 * @throws what the server said; what the source threw is in its message
 */
export function copyIn(client: pg.Client, text: string, source: AsyncIterable<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    let failed = false;
    submit(client, {
      submit: (connection: Wire) => connection.query(text),
      handleCopyInResponse: (connection: Wire) => void send(connection, source),
      handleCommandComplete: ({ text: tag }: { text: string }) => {
        rows = Number(tag.split(' ')[1] ?? 0);
      },
      handleReadyForQuery: () => failed || resolve(rows),
      handleError: (error: Error) => {
        failed = true;
        reject(error);
      },
    });
  });
}
