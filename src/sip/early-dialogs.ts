/** The early dialogs of one INVITE of ours, one for each To tag of its forks, with reliable provisionals (RFC 3262 section 4). */
import { parseRSeq } from '../protocol/sip/extensions.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { bodyText, headerOf, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { header } from './build.ts';
import type { Session } from './session.ts';

/** Forks that we keep apart; later ones are heard and not confirmed. */
const FORK_LIMIT = 16;

interface Early {
  session: Session | null;
  /** Makes the session of a fork whose answers are not reliable, when its peer asks for something (RFC 3261 section 12.1.2). */
  open: () => Session;
  lastRSeq: number;
  /** Description of the peer, from a provisional response. */
  sdp: string;
}

/** What a provisional response is: `new` is told, `repeated` and `disordered` are dropped. */
type ProvisionalKind = 'new' | 'repeated' | 'disordered';

export class EarlyDialogs {
  readonly #byTag = new Map<string, Early>();

  /**
   * Takes a provisional response with a To tag; a reliable one is acknowledged.
   * @param open makes the session of a fork, when one is needed: most calls never send a request before they are answered
   */
  take(response: SipResponse, toTag: string, cseq: number, open: () => Session): ProvisionalKind {
    const early = this.#earlyOf(toTag, open);
    if (!early) return 'disordered';
    const rseq = reliableNumber(response);
    if (rseq !== null) {
      if (rseq <= early.lastRSeq) return 'repeated';
      if (early.lastRSeq > 0 && rseq !== early.lastRSeq + 1) return 'disordered';
      early.lastRSeq = rseq;
      early.session ??= open();
      // A PRACK that fails takes nothing from the call: the peer repeats, or gives up with a final response.
      early.session.send('PRACK', [header('RAck', `${rseq} ${cseq} INVITE`)], () => undefined);
    }
    const sdp = bodyText(response);
    if (sdp !== '') early.sdp = sdp;
    return 'new';
  }

  /** The session of a request in an early dialog; null = there is none. */
  sessionOf(remoteTag: string): Session | null {
    const early = this.#byTag.get(remoteTag);
    if (!early) return null;
    early.session ??= early.open();
    return early.session;
  }

  /** Whether the peer has answered our offer, so that one of its own may follow (RFC 3311 section 5.2). */
  isAnswered(remoteTag: string): boolean {
    const early = this.#byTag.get(remoteTag);
    return early !== undefined && early.lastRSeq > 0 && early.sdp !== '';
  }

  has(remoteTag: string): boolean {
    return this.#byTag.has(remoteTag);
  }

  /** The one session that an offer of ours could go to: its peer has answered the first one, reliably; null = none, or several. */
  get single(): Session | null {
    const sessions = [...this.#byTag.values()].flatMap(({ session, lastRSeq }) => (lastRSeq > 0 ? (session ?? []) : []));
    return sessions.length === 1 ? (sessions[0] ?? null) : null;
  }

  /** All sessions, to whom an answer to an offer may belong. */
  get sessions(): Session[] {
    return [...this.#byTag.values()].flatMap(({ session }) => session ?? []);
  }

  /** This fork is over (199, RFC 6228). */
  drop(remoteTag: string): void {
    this.#byTag.get(remoteTag)?.session?.dispose();
    this.#byTag.delete(remoteTag);
  }

  /** The fork that answered leaves the others behind. @returns its session, and what it described before */
  win(remoteTag: string): { session: Session | null; sdp: string } {
    const winner = this.#byTag.get(remoteTag);
    this.#byTag.delete(remoteTag);
    this.clear();
    return { session: winner?.session ?? null, sdp: winner?.sdp ?? '' };
  }

  clear(): void {
    for (const { session } of this.#byTag.values()) session?.dispose();
    this.#byTag.clear();
  }

  #earlyOf(tag: string, open: () => Session): Early | null {
    const known = this.#byTag.get(tag);
    if (known || this.#byTag.size >= FORK_LIMIT) return known ?? null;
    const early: Early = { session: null, open, lastRSeq: 0, sdp: '' };
    this.#byTag.set(tag, early);
    return early;
  }
}

/** RSeq of a reliable response; null = an ordinary one, or one that cannot be acknowledged. */
function reliableNumber(response: SipResponse): number | null {
  if (response.status === 100 || !listOf(response, 'require').some((tag) => tag.toLowerCase() === '100rel')) return null;
  try {
    return parseRSeq(headerOf(response, 'rseq') ?? '');
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}
