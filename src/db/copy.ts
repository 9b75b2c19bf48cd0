import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type pg from 'pg';

/** What we use of the driver's connection; its published types lack the copy messages. */
interface Wire {
  stream: Pick<Socket, 'pause' | 'resume' | 'writableLength' | 'destroyed' | 'on' | 'off'>;
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

/** Waits until what was written has left, or never will. */
const drained = (stream: Wire['stream']): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });

/** @param isOver the server has said no: it reads nothing more of this */
async function send(wire: Wire, source: AsyncIterable<Buffer>, isOver: () => boolean): Promise<void> {
  try {
    for await (const chunk of source) {
      if (isOver()) return;
      wire.sendCopyFromChunk(chunk);
      if (wire.stream.writableLength > WAITING_BYTES && !wire.stream.destroyed) await drained(wire.stream);
    }
    if (!isOver()) wire.endCopyFrom();
  } catch (error) {
    if (!isOver()) wire.sendCopyFail(error instanceof Error ? error.message : 'the source failed');
  }
}

/**
 * Feeds a `COPY … FROM STDIN`. It settles when the source is let go of as well.
 * @returns rows taken
 * @throws what the server said; what the source threw is in its message
 */
export function copyIn(client: pg.Client, text: string, source: AsyncIterable<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    let isOver = false;
    let sending = Promise.resolve();
    submit(client, {
      submit: (connection: Wire) => connection.query(text),
      handleCopyInResponse: (connection: Wire) => {
        sending = send(connection, source, () => isOver);
      },
      handleCommandComplete: ({ text: tag }: { text: string }) => {
        rows = Number(tag.split(' ')[1] ?? 0);
      },
      handleReadyForQuery: () => isOver || resolve(rows),
      handleError: (error: Error) => {
        isOver = true;
        void sending.then(() => reject(error));
      },
    });
  });
}
