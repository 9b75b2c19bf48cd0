/** Registering ourselves somewhere else (RFC 3261 section 10.2): one REGISTER with its challenge. */
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, NO_BODY, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { parseAddress } from '../protocol/sip/address.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { digits, paramOf } from '../protocol/sip/scan.ts';
import { MAX_FORWARDS } from './build.ts';
import { answerTo, type Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import type { RegisterResult } from './trunks/registration.ts';

export interface RegistrationTarget {
  /** Request-URI, for example `sip:127.0.0.1:5060`. */
  registrar: string;
  /** Address of record, for example `sip:alice@example.jp`. */
  aor: string;
  /** User part of our Contact. */
  user: string;
  /** s; 0 = take the contact away. */
  expires: number;
  credentials: Credentials;
}

/** Keeps Call-ID and CSeq over all registrations of one address (section 10.2.4). */
export class RegistrationClient {
  readonly #endpoint: Endpoint;
  readonly #target: RegistrationTarget;
  readonly #callId: string;
  readonly #tag: string;
  #cseq = 0;

  constructor(endpoint: Endpoint, target: RegistrationTarget) {
    this.#endpoint = endpoint;
    this.#target = target;
    this.#callId = endpoint.token();
    this.#tag = endpoint.token();
  }

  /** @param expires s @returns the final status; 408 and 503 when nobody answered */
  async register(expires = this.#target.expires): Promise<number> {
    return (await this.registerFully(expires)).status;
  }

  /** Like `register`, with what was granted or is the least that would be. */
  registerFully(expires: number): Promise<RegisterResult> {
    return new Promise((resolve) => this.#send(expires, [], resolve));
  }

  #send(expires: number, authorization: readonly Header[], done: (result: RegisterResult) => void): void {
    this.#endpoint.resolve(this.#target.registrar, (hop) => {
      if (!hop) {
        done({ status: 503, expires: null, minExpires: null });
        return;
      }
      const contact = this.#endpoint.contact(hop).replace('sip:', `sip:${this.#target.user}@`);
      const request = this.#build(expires, contact, authorization);
      this.#endpoint.request(request, hop, {
        onResponse: (response) => {
          if (response.status < 200) return;
          const isChallenge = response.status === 401 || response.status === 407;
          const answer = isChallenge
            ? answerTo(response, request, this.#target.credentials, authorization.length > 0, this.#endpoint.token())
            : null;
          if (answer) this.#send(expires, [answer], done);
          else done(resultOf(response, contact));
        },
        onFailure: (status) => done({ status, expires: null, minExpires: null }),
      });
    });
  }

  #build(expires: number, contact: string, authorization: readonly Header[]): SipRequest {
    const { registrar, aor } = this.#target;
    const headers: Header[] = [
      MAX_FORWARDS,
      { name: 'From', id: 'from', value: `<${aor}>;tag=${this.#tag}` },
      { name: 'To', id: 'to', value: `<${aor}>` },
      { name: 'Call-ID', id: 'call-id', value: this.#callId },
      { name: 'CSeq', id: 'cseq', value: `${++this.#cseq} REGISTER` },
      { name: 'Contact', id: 'contact', value: `<${contact}>` },
      { name: 'Expires', id: 'expires', value: `${expires}` },
      ...authorization,
    ];
    return { kind: 'request', method: 'REGISTER', uri: registrar, headers, body: NO_BODY };
  }
}

const seconds = (text: string | null | undefined): number | null => {
  const value = digits(text ?? '', 2 ** 32 - 1);
  return Number.isNaN(value) ? null : value;
};

/** Our own contact's expiry stands for more than the header (RFC 3261 section 10.2.4). */
function resultOf(response: SipResponse, contact: string): RegisterResult {
  const minExpires = seconds(headerOf(response, 'min-expires'));
  const header = seconds(headerOf(response, 'expires'));
  return { status: response.status, expires: ownExpiry(response, contact) ?? header, minExpires };
}

function ownExpiry(response: SipResponse, contact: string): number | null {
  try {
    const own = listOf(response, 'contact').map((text) => parseAddress(text)).find(({ uri }) => uri === contact);
    return own ? seconds(paramOf(own.params, 'expires')) : null;
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}
