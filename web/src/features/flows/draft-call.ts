import { startDraftCall, type DraftCallOrder } from '../../../../shared/api/draft-calls.ts';
import type { RunStep } from '../../../../shared/api/flow-runs.ts';
import { draftCallServerSchema, type DraftPretence } from '../../../../shared/events.ts';
import { call } from '../../lib/api.ts';
import { socketUrl } from '../../softphone/events.ts';
import { Listeners } from '../../softphone/listeners.ts';
import { initialVisitor, VisitorCall, type VisitorSnapshot } from '../../softphone/visitor-call.ts';

export interface DraftCallSnapshot {
  line: VisitorSnapshot;
  steps: readonly RunStep[];
  /** What may be pretended now. */
  waits: 'queue' | 'dial' | null;
}

const initial: DraftCallSnapshot = { line: initialVisitor, steps: [], waits: null };

/** A call of this browser to a draft: the line of a visitor, and what the server tells of the call's way. */
export class DraftCall {
  readonly #changes = new Listeners<DraftCallSnapshot>();
  #line: VisitorCall | null = null;
  /** Goes up with each call and each end: an order from before is void. */
  #turn = 0;
  #snapshot = initial;

  readonly getSnapshot = (): DraftCallSnapshot => this.#snapshot;

  readonly subscribe = (listener: (snapshot: DraftCallSnapshot) => void): (() => void) => this.#changes.add(listener);

  /** Orders the call and makes it. @throws the refusal of the order; later failures end in the snapshot */
  async start(flowId: string, order: DraftCallOrder): Promise<void> {
    this.close();
    const turn = this.#turn;
    this.#set(initial);
    const { ticket } = await call(startDraftCall, { params: { id: flowId }, body: order });
    // The page was left while texts were spoken: nobody would see this call, or could end it.
    if (turn !== this.#turn) return;
    const line = new VisitorCall(socketUrl(`/api/v1/draft-call/${ticket}`), (message) => this.#receive(message));
    line.subscribe((snapshot) => this.#set({ ...this.#snapshot, line: snapshot, ...(snapshot.step === 'over' && { waits: null }) }));
    this.#line = line;
    await line.start('', '');
  }

  sendDigit(digit: string): void {
    this.#line?.sendDigit(digit);
  }

  pretend(what: DraftPretence): void {
    this.#line?.send({ type: 'draft.pretend', what });
  }

  hangUp(): void {
    this.#line?.hangUp();
  }

  /** Idempotent. */
  close(): void {
    this.#turn += 1;
    this.#line?.close();
    this.#line = null;
  }

  #receive(json: unknown): void {
    const message = draftCallServerSchema.safeParse(json).data;
    if (message?.type === 'draft.step') this.#set({ ...this.#snapshot, steps: [...this.#snapshot.steps, message.step] });
    if (message?.type === 'draft.waits') this.#set({ ...this.#snapshot, waits: message.for });
  }

  #set(snapshot: DraftCallSnapshot): void {
    this.#snapshot = snapshot;
    this.#changes.emit(snapshot);
  }
}
