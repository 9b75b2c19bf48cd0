/** An HTTP client of the tenant's API for tests: a logged-in user, JSON in and out. */
import type { Call, CallDetail } from '../../shared/api/calls.ts';
import { TEST_PASSWORD, type Product } from './product.ts';
import { waitFor } from './story-wait.ts';

/** An answer that a test looks at. */
export interface ApiAnswer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** One user's session, as API clients hold it. */
export class ApiSession {
  readonly baseUrl: string;
  /** `scc_session=…`, empty before the login. */
  cookie = '';
  csrfToken = '';
  userId = '';

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /** Logs in; throws when it is refused. */
  static async open(product: Pick<Product, 'baseUrl'>, loginId: string, password = TEST_PASSWORD): Promise<ApiSession> {
    const session = new ApiSession(product.baseUrl);
    const answer = await session.login('demo', loginId, password);
    if (answer.status !== 200) throw new Error(`login of ${loginId}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return session;
  }

  /** Tries to log in; keeps the session when it works. */
  async login(tenant: string, loginId: string, password: string): Promise<ApiAnswer<{ user?: { id: string }; csrfToken?: string }>> {
    const answer = await this.send<{ user?: { id: string }; csrfToken?: string }>('POST', '/login', { tenant, loginId, password });
    this.csrfToken = answer.body.csrfToken ?? '';
    this.userId = answer.body.user?.id ?? '';
    this.cookie = answer.headers.getSetCookie().find((line) => line.startsWith('scc_session='))?.split(';')[0] ?? '';
    return answer;
  }

  /** GET of a path under `/api/v1`; throws unless the answer is 200. */
  async get<T>(path: string): Promise<T> {
    const answer = await this.send<T>('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** All items of a list, page after page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor = ''; ; ) {
      const joint = path.includes('?') ? '&' : '?';
      const page = await this.get<{ items: T[]; nextCursor: string | null }>(`${path}${cursor && `${joint}cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = page.nextCursor;
    }
  }

  /** Calls from a number, in any way of writing it; newest first. */
  async callsFrom(digits: string): Promise<Call[]> {
    return (await this.list<Call>('/calls')).filter((call) => call.callerNumber.replaceAll('-', '') === digits);
  }

  /** The record of the only call from a number, once it is over. @throws Error when there are several */
  async endedCallFrom(digits: string, timeoutMs = 15_000): Promise<CallDetail> {
    const id = await waitFor(
      `the record of the call from ${digits}`,
      async () => {
        const calls = await this.callsFrom(digits);
        return calls.every((call) => call.endedAt !== null) && calls.length > 0 && calls.map((call) => call.id);
      },
      timeoutMs,
    );
    if (id.length !== 1) throw new Error(`${id.length} records of the call from ${digits}`);
    return await this.get<CallDetail>(`/calls/${id[0]}`);
  }

  /** Any request under `/api/v1`. */
  async send<T>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T>> {
    const headers: Record<string, string> = { cookie: this.cookie, 'x-csrf-token': this.csrfToken };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(`${this.baseUrl}/api/v1${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }

  /** Bytes of a binary answer. */
  async bytes(path: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; body: Buffer }> {
    const response = await fetch(`${this.baseUrl}/api/v1${path}`, { headers: { cookie: this.cookie, ...headers } });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  }
}
