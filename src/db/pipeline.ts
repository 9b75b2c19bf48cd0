import type pg from 'pg';

/** One prepared statement with its parameters; a Buffer travels in binary, a string as text. */
export interface Statement {
  /** One name, one text, in the whole program. */
  name: string;
  text: string;
  values: readonly (Buffer | string | null)[];
}

/** Columns of a row in text form, in the order of the statement. */
export type TextRow = readonly (string | null)[];

/** What we use of the driver's connection; its published types lack the arguments. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parse(query: { name: string; text: string }): void;
  bind(config: { statement: string; values: readonly unknown[] }): void;
  execute(config: null): void;
  sync(): void;
}

/** Statements a connection knows by name. */
const prepared = new WeakMap<object, Set<string>>();

/** Several statements in one message to the server: `Sync` comes after the last one, so there is one answer and one wait. */
class Group {
  readonly #statements: readonly Statement[];
  readonly #settle: (error: unknown, rows: TextRow[][]) => void;
  readonly #rows: TextRow[][] = [];
  #current: TextRow[] = [];

  constructor(statements: readonly Statement[], settle: (error: unknown, rows: TextRow[][]) => void) {
    this.#statements = statements;
    this.#settle = settle;
  }

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const known = prepared.get(connection) ?? new Set();
    prepared.set(connection, known);
    wire.stream.cork();
    for (const { name, text, values } of this.#statements) {
      if (!known.has(name)) wire.parse({ name, text });
      known.add(name);
      wire.bind({ statement: name, values });
      wire.execute(null);
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleDataRow(message: { fields: TextRow }): void {
    this.#current.push(message.fields);
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#current);
    this.#current = [];
  }

  handleError(error: unknown): void {
    this.#settle(error, []);
  }

  handleReadyForQuery(): void {
    this.#settle(null, this.#rows);
  }
}

/**
 * Sends statements together and waits for their answers. Outside of a transaction block they are one transaction.
 * @returns the rows of each statement
 * @throws what the server said of the first bad one; the connection must not be used any more then
 */
export function sendGroup(client: pg.PoolClient, statements: readonly Statement[]): Promise<TextRow[][]> {
  return new Promise((resolve, reject) => {
    client.query(new Group(statements, (error, rows) => (error === null ? resolve(rows) : reject(error as Error))));
  });
}

/** The bytes of a `bytea` in text form. */
export const bytesOf = (text: string | null | undefined): Buffer => Buffer.from(text?.slice(2) ?? '', 'hex');
