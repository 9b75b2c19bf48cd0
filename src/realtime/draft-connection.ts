import type { DraftCallClientMessage, DraftCallServerMessage } from '../../shared/events.ts';
import { draftWaitsFor, type DraftCalls } from '../calls/draft-calls.ts';
import { VisitorConnection } from './visitor-connection.ts';

export interface DraftConnectionOptions {
  drafts: DraftCalls;
  ticket: string;
  newId: () => string;
  send: (message: DraftCallServerMessage) => void;
}

/** The browser of somebody who tries a draft out by calling it: a visitor who sees the way of the call. */
export class DraftConnection {
  readonly #options: DraftConnectionOptions;
  readonly #visitor: VisitorConnection;
  readonly #off: (() => void)[];
  #waits: string | null = null;

  constructor(options: DraftConnectionOptions) {
    this.#options = options;
    const { drafts, ticket, newId, send } = options;
    const entrance = { runtime: drafts.runtime, enter: () => () => undefined, start: (callId: string, { sdp }: { sdp: string }) => drafts.start(callId, ticket, sdp) };
    this.#visitor = new VisitorConnection({ entrance, newId, send });
    this.#off = [
      drafts.events.on('step', ({ callId, step }) => {
        if (callId === this.#visitor.callId) send({ type: 'draft.step', step });
      }),
      drafts.runtime.events.on('call', (call) => {
        if (call.id === this.#visitor.callId) this.#tell(draftWaitsFor(call));
      }),
    ];
  }

  handle(message: DraftCallClientMessage): void {
    if (message.type !== 'draft.pretend') return this.#visitor.handle(message);
    const { callId } = this.#visitor;
    if (callId !== null) this.#options.drafts.pretend(callId, message.what);
  }

  /** The page is gone. */
  closed(): void {
    this.#visitor.closed();
    for (const off of this.#off.splice(0)) off();
  }

  /** Says each wait once. */
  #tell(waits: ReturnType<typeof draftWaitsFor>): void {
    if (waits === this.#waits) return;
    this.#waits = waits;
    this.#options.send({ type: 'draft.waits', for: waits });
  }
}
