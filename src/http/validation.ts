import type { z } from 'zod';
import type { Fault } from '../../shared/api/common.ts';
import type { RouteContract } from '../../shared/contract.ts';
import { AppError } from '../lib/errors.ts';

const MAX_FAULTS = 20;

/** Checks everything a request brings. @throws AppError `invalid_request` with the path of every fault */
export function checkInput(contract: RouteContract, given: { params: unknown; query: unknown; body: unknown }) {
  const faults: Fault[] = [];
  const check = (schema: z.ZodType | undefined, name: string, value: unknown): unknown => {
    if (!schema) return noInput(name, value, faults);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) faults.push(...faultsOf(name, issue));
    return undefined;
  };
  const input = {
    params: check(contract.params, 'path', given.params),
    query: check(contract.query, 'query', given.query),
    body: contract.upload ? given.body : check(contract.body, 'body', given.body),
  };
  if (faults.length > 0) throw new AppError('invalid_request', 400, 'The request has faults.', { errors: faults.slice(0, MAX_FAULTS) });
  return input;
}

/** A part that the route does not know must be empty, or a typing mistake would pass unnoticed. */
function noInput(name: string, value: unknown, faults: Fault[]): undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of Object.keys(value)) faults.push({ path: `${name}.${key}`, message: 'unknown field' });
  return undefined;
}

function faultsOf(name: string, issue: z.core.$ZodIssue): Fault[] {
  const path = [name, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'unknown field' }));
  return [{ path, message: issue.message }];
}

/**
 * The answer as its contract allows it: fields that are not in it are cut off.
 * @throws AppError `internal` when a field has the wrong type; the log gets the paths, never the values
 */
export function checkAnswer(contract: RouteContract, answer: unknown): unknown {
  if (!contract.response) return undefined;
  const parsed = contract.response.safeParse(answer);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')} (${issue.code})`);
  throw new AppError('internal', 500, `Answer of ${contract.id} breaks its contract at ${paths.slice(0, 5).join(', ')}`);
}
