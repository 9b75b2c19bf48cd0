import { type WebCallClientMessage, type WebCallServerMessage, webCallServerSchema } from '../../../shared/events.ts';
import { Line } from './line.ts';
import { Listeners } from './listeners.ts';
import { Microphone, type MicrophoneState } from './microphone.ts';

export type VisitorPhase = Extract<WebCallServerMessage, { type: 'state' }>['phase'];

/** idle: before a call. asking: for the microphone. active: phase says where. over: `failure` says whether it was an ordinary end. */
export interface VisitorSnapshot {
  step: 'idle' | 'asking' | 'active' | 'over';
  phase: VisitorPhase;
  /** Place in the queue, 1 = next. */
  position: number | null;
  /** Wall clock, ms, when the call became active. */
  since: number | null;
  microphone: MicrophoneState;
  /** Code of a refusal, `microphone`, `lost`, or null for an ordinary end. */
  failure: string | null;
}

export const initialVisitor: VisitorSnapshot = { step: 'idle', phase: 'connecting', position: null, since: null, microphone: 'off', failure: null };

/** The snapshot after a message of the server. */
export function applyVisitorMessage(snapshot: VisitorSnapshot, message: WebCallServerMessage): VisitorSnapshot {
  if (message.type === 'refused') return { ...snapshot, step: 'over', failure: message.code };
  if (message.type !== 'state' || snapshot.step !== 'active') return snapshot;
  if (message.phase === 'ended') return { ...snapshot, step: 'over', phase: 'ended', position: null, failure: null };
  return { ...snapshot, phase: message.phase, position: message.position };
}

/** A visitor's call from a web page: one microphone, one line, one socket, all gone when it is over. */
export class VisitorCall {
  readonly #url: string;
  readonly #onOther: (message: unknown) => void;
  readonly #changes = new Listeners<VisitorSnapshot>();
  readonly #microphone = new Microphone();
  #line: Line | null = null;
  #socket: WebSocket | null = null;
  #snapshot: VisitorSnapshot = initialVisitor;

  /** @param onOther gets what this class does not know of: messages of a socket that says more than a visitor's */
  constructor(url: string, onOther: (message: unknown) => void = () => undefined) {
    this.#url = url;
    this.#onOther = onOther;
    this.#microphone.subscribe((microphone) => this.#set({ ...this.#snapshot, microphone }));
  }

  readonly getSnapshot = (): VisitorSnapshot => this.#snapshot;

  readonly subscribe = (listener: (snapshot: VisitorSnapshot) => void): (() => void) => this.#changes.add(listener);

  /** Calls. `name` and `number` are what the visitor typed. Every failure ends in the snapshot. */
  async start(name: string, number: string): Promise<void> {
    if (this.#snapshot.step === 'asking' || this.#snapshot.step === 'active') return;
    // Made in the click: browsers let a page play sound only after one.
    this.#line = new Line(new Audio());
    this.#set({ ...initialVisitor, step: 'asking' });
    await this.#microphone.open();
    const { track } = this.#microphone;
    if (!track || this.#snapshot.microphone !== 'ok') {
      this.#over('microphone');
      return;
    }
    track.enabled = true;
    await this.#line.setTrack(track);
    this.#set({ ...this.#snapshot, step: 'active', since: Date.now() });
    try {
      const sdp = await this.#line.offer([]);
      this.#connect({ type: 'call', sdp, name, number });
    } catch {
      this.#over('lost');
    }
  }

  sendDigit(digit: string): void {
    this.#say({ type: 'dtmf', digit });
  }

  hangUp(): void {
    this.#say({ type: 'hangup' });
    this.#over(null);
  }

  /** Ends whatever is under way; the object can start again. Idempotent. */
  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#line?.close();
    this.#line = null;
    this.#microphone.close();
  }

  #connect(first: WebCallClientMessage): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#say(first));
    socket.addEventListener('message', (event) => this.#receive(event.data));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#over('lost');
    });
  }

  #receive(data: unknown): void {
    const json = jsonOf(data);
    const message = webCallServerSchema.safeParse(json).data;
    if (!message) return this.#onOther(json);
    if (message.type === 'line.answer') {
      this.#line?.answer(message.sdp).catch(() => this.#over('lost'));
      return;
    }
    if (message.type === 'line.renew') {
      void this.#renew();
      return;
    }
    this.#set(applyVisitorMessage(this.#snapshot, message));
    if (this.#snapshot.step === 'over') this.close();
  }

  /** The other side lost its end of the connection: a new one, in the same call. */
  async #renew(): Promise<void> {
    try {
      const sdp = await this.#line?.offer([]);
      if (sdp !== undefined) this.#say({ type: 'line.offer', sdp });
    } catch {
      this.#over('lost');
    }
  }

  #say(message: WebCallClientMessage): void {
    this.send(message);
  }

  /** Nothing happens while the socket is not open. */
  send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #over(failure: string | null): void {
    const { microphone } = this.#snapshot;
    this.close();
    this.#set({ ...this.#snapshot, step: 'over', phase: 'ended', microphone, failure });
  }

  #set(snapshot: VisitorSnapshot): void {
    this.#snapshot = snapshot;
    this.#changes.emit(snapshot);
  }
}

function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
}
