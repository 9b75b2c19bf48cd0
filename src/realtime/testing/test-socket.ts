import type { ClientMessage } from '../../../shared/events.ts';

/** A client that keeps everything it was told. */
export class TestSocket {
  readonly messages: Record<string, unknown>[] = [];
  readonly closed: Promise<{ code: number }>;
  readonly #socket: WebSocket;
  #ref = 0;

  constructor(url: string, headers: Record<string, string>) {
    this.#socket = new WebSocket(url, { headers } as unknown as string[]);
    this.#socket.addEventListener('message', (event) => this.messages.push(JSON.parse(String(event.data)) as Record<string, unknown>));
    this.closed = new Promise((resolve) => {
      this.#socket.addEventListener('close', (event) => resolve({ code: event.code }));
      this.#socket.addEventListener('error', () => resolve({ code: -1 }));
    });
  }

  opened(): Promise<unknown> {
    return new Promise((resolve) => this.#socket.addEventListener('open', resolve, { once: true }));
  }

  send(message: object | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Sends a command and waits for its answer. */
  async command(message: ClientMessage extends infer M ? (M extends ClientMessage ? Omit<M, 'ref'> : never) : never): Promise<Record<string, unknown>> {
    const ref = ++this.#ref;
    this.send({ ...message, ref });
    return this.until((said) => said['ref'] === ref);
  }

  async until(wanted: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (const start = performance.now(); performance.now() - start < 5000; ) {
      const found = this.messages.find(wanted);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`never said; got ${JSON.stringify(this.messages)}`);
  }

  said(type: string): Promise<Record<string, unknown>> {
    return this.until((message) => message['type'] === type);
  }

  close(): void {
    this.#socket.close();
  }
}
