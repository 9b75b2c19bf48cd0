/** An agent's desk for `bench/survive.ts`: takes calls from the queue, one after the other. */
import type { ClientMessage, ServerMessage } from '../shared/events.ts';
import { AudioLine } from '../test/support/audio-line.ts';
import type { Product } from '../test/support/product.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { waitFor } from '../test/support/story-wait.ts';

type WithoutRef<Message> = Message extends unknown ? Omit<Message, 'ref'> : never;

export class QueueDesk {
  readonly #socket: WebSocket;
  readonly #line = new AudioLine('desk');
  readonly #said: ServerMessage[] = [];
  #ref = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', (event) => this.#hear(JSON.parse(String(event.data)) as ServerMessage));
  }

  static async open(product: Product, loginId: string): Promise<QueueDesk> {
    const { cookie } = await ApiSession.open(product, loginId);
    // Node's WebSocket takes headers as an extension of the standard.
    const options = { headers: { cookie, origin: product.baseUrl } } as unknown as string[];
    const desk = new QueueDesk(new WebSocket(`${product.baseUrl.replace('http', 'ws')}/api/v1/events`, options));
    await desk.#until('hello');
    desk.#send({ type: 'desk.open', takeOver: true });
    desk.#send({ type: 'line.offer', sdp: await desk.#line.offer() });
    await desk.#line.accept((await desk.#until('line.answer')).sdp);
    desk.#well();
    desk.#send({ type: 'presence', presence: 'available' });
    return desk;
  }

  /** Answers and hangs up this many calls. @returns the callers' numbers, national, in the order of the offers */
  async takeInTurn(count: number): Promise<string[]> {
    const numbers: string[] = [];
    while (numbers.length < count) {
      const { offer } = await this.#until('offer');
      numbers.push(offer.call.callerNumber.replace(/^\+81/, '0').replaceAll('-', ''));
      this.#send({ type: 'accept', offerId: offer.offerId });
      const { call } = await this.#until('call');
      this.#send({ type: 'hangup', callId: call.callId });
      await this.#until('call.ended');
      this.#said.length = 0;
      this.#send({ type: 'wrapUp.done' });
    }
    return numbers;
  }

  close(): void {
    this.#line.close();
    this.#socket.close();
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'health.ask') return this.#well();
    this.#said.push(message);
  }

  #well(): void {
    this.#send({ type: 'health', microphone: 'ok', roundTripMs: 1, lossPercent: 0 });
  }

  #send(message: WithoutRef<ClientMessage>): void {
    this.#socket.send(JSON.stringify({ ...message, ref: ++this.#ref }));
  }

  #until<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>> {
    const is = (message: ServerMessage): message is Extract<ServerMessage, { type: Type }> => message.type === type;
    return waitFor(type, () => this.#said.find(is) ?? false, 20_000);
  }
}
