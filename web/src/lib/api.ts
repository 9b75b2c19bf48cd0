import type { RouteContract, RouteOutput, RouteRequest } from '../../../shared/contract.ts';
import { ApiProblem, problemOf } from './problem.ts';
import { sessionStore } from './session-store.ts';

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : object extends T[K] ? K : never }[keyof T];

/** Parts of a request that may be left out are optional: no params in the path, a query of optional fields, no body. */
export type CallRequest<Contract extends RouteContract> = Omit<RouteRequest<Contract>, OptionalKeys<RouteRequest<Contract>>> &
  Partial<Pick<RouteRequest<Contract>, OptionalKeys<RouteRequest<Contract>>>>;

interface LooseRequest {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `/api/v1/customers/{id}` with its names filled and the query appended; empty query values are left out. */
export function urlOf(path: string, params: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, textOf(item));
  }
  const text = search.toString();
  const base = filled.startsWith('/api/') ? filled : `/api/v1${filled}`;
  return text === '' ? base : `${base}?${text}`;
}

function initOf(contract: RouteContract, request: LooseRequest, signal: AbortSignal | undefined): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (contract.method !== 'GET') headers['x-csrf-token'] = sessionStore.getState().csrfToken;
  const init: RequestInit = { method: contract.method, headers, credentials: 'same-origin' };
  if (signal) init.signal = signal;
  if (request.body instanceof FormData || request.body instanceof Blob) init.body = request.body;
  else if (request.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(request.body);
  }
  return init;
}

async function send(contract: RouteContract, request: LooseRequest, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(urlOf(contract.path, request.params, request.query), initOf(contract, request, signal));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'The server cannot be reached');
  }
  if (response.ok) return response;
  // A login that is refused is also 401, but nobody's session has ended by it.
  if (response.status === 401 && contract.permission !== 'public') sessionStore.getState().expire();
  throw await problemOf(response);
}

/**
 * Calls a route of the server. Answers are checked against the contract: an answer of another shape is an `ApiProblem`
 * with code `unexpected_answer`, so that a screen never works on data it does not understand.
 *
 * @throws ApiProblem for every refusal and failure
 */
export async function call<const Contract extends RouteContract>(
  contract: Contract,
  request: CallRequest<Contract>,
  signal?: AbortSignal,
): Promise<RouteOutput<Contract>> {
  const response = await send(contract, request as LooseRequest, signal);
  if (!contract.response) return undefined as RouteOutput<Contract>;
  const parsed = contract.response.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new ApiProblem(response.status, 'unexpected_answer', parsed.error.message);
  return parsed.data as RouteOutput<Contract>;
}

/** Calls a route that answers a file (contract field `binary`). @throws ApiProblem */
export async function callBinary<const Contract extends RouteContract>(
  contract: Contract,
  request: CallRequest<Contract>,
  signal?: AbortSignal,
): Promise<Blob> {
  return (await send(contract, request as LooseRequest, signal)).blob();
}
