/** Sends our requests within one dialog: counts them, finds the hop, answers challenges of our own realm. */
import type { Header } from '../protocol/sip/header.ts';
import type { SipRequest, SipResponse } from '../protocol/sip/message.ts';
import { answerTo, type Credentials } from './credentials.ts';
import { dialogRequest, nextHopUri, type DialogRequestOptions, type DialogState } from './dialog.ts';
import type { LegOwner } from './leg.ts';
import type { Hop } from './transport.ts';

type Answered = (response: SipResponse) => void;
/** 408 = no answer in time, 503 = it cannot be sent. */
type Failed = (status: number) => void;

export class DialogClient {
  readonly owner: LegOwner;
  dialog: DialogState;
  readonly #credentials: Credentials;

  constructor(owner: LegOwner, dialog: DialogState, credentials: Credentials) {
    this.owner = owner;
    this.dialog = dialog;
    this.#credentials = credentials;
  }

  /** @param answered hears every response, provisional ones too */
  send(method: string, options: DialogRequestOptions, answered: Answered, failed: Failed): void {
    this.#send(method, options, answered, failed, []);
  }

  withHop(use: (hop: Hop | null) => void): void {
    const { flow } = this.dialog;
    if (flow && this.owner.endpoint.isReachable(flow)) use(flow);
    else this.owner.endpoint.resolve(nextHopUri(this.dialog), use);
  }

  #send(method: string, options: DialogRequestOptions, answered: Answered, failed: Failed, authorization: readonly Header[]): void {
    const headers = [...(options.headers ?? []), ...authorization];
    const { state, request } = dialogRequest(this.dialog, method, { ...options, headers });
    this.dialog = state;
    this.withHop((hop) => {
      if (!hop) {
        failed(503);
        return;
      }
      const onResponse = (response: SipResponse): void => {
        const answer = this.#authorize(response, request, authorization.length > 0);
        if (answer) this.#send(method, options, answered, failed, [answer]);
        else answered(response);
      };
      this.owner.endpoint.request(request, hop, { onResponse, onFailure: failed });
    });
  }

  #authorize(response: SipResponse, request: SipRequest, again: boolean): Header | null {
    const isChallenge = response.status === 401 || response.status === 407;
    return isChallenge ? answerTo(response, request, this.#credentials, again, this.owner.endpoint.token()) : null;
  }
}
