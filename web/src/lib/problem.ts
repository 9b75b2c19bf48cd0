import { z } from 'zod';

/** RFC 9457 answer of the server. */
const problemSchema = z.looseObject({
  status: z.number().int().optional(),
  code: z.string().default('unknown'),
  title: z.string().default(''),
  detail: z.string().default(''),
});

/** A refused or failed request. `code` is stable and chooses the text; `status` 0 means that the server was not reached. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds to wait, where the server said so. */
  readonly retryAfterS: number | null;
  /** The members of the problem document, among them those of this code alone. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, retryAfterS: number | null = null, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
    this.members = members;
  }
}

/** Reads the problem body of an answer; an answer without one becomes a problem by its status alone. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = problemSchema.safeParse(await response.json().catch(() => ({})));
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const wait = Number.isNaN(retryAfter) ? null : retryAfter;
  if (!body.success) return new ApiProblem(response.status, 'unknown', response.statusText, wait);
  return new ApiProblem(response.status, body.data.code, body.data.detail || body.data.title, wait, body.data);
}
