import type { z } from 'zod';
import type { Permission } from './permissions.ts';

/** How often a route may be called; http/rate-limits.ts holds the figures. */
export type RateClass = 'normal' | 'login' | 'public' | 'heavy';

/**
 * One HTTP route as both sides see it: the server validates with it, answers through it and documents it; the web client's
 * types come from it. Paths are under `/api/v1` and name parameters as `{id}`.
 */
export interface RouteContract {
  /** OpenAPI operation id, for example `listCustomers`. */
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** One English sentence for the API page. */
  summary: string;
  tag: string;
  /** What the caller's profile must hold; `session` = any logged-in user; `public` = nobody is asked. */
  permission: Permission | 'session' | 'public';
  rate: RateClass;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The answer's body; unset = 204, or `binary`. */
  response?: z.ZodType;
  /** Media type of an answer that is not JSON. */
  binary?: string;
  /** Media type of a body that is not JSON; the handler gets its bytes. */
  upload?: string;
}

/** Declares a route and keeps its exact types. */
export const route = <const Contract extends RouteContract>(contract: Contract): Contract => contract;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

/** What a handler receives. */
export interface RouteInput<Contract extends RouteContract> {
  params: Parsed<Contract['params']>;
  query: Parsed<Contract['query']>;
  body: Parsed<Contract['body']>;
}

/** What a client gives. */
export interface RouteRequest<Contract extends RouteContract> {
  params: Given<Contract['params']>;
  query: Given<Contract['query']>;
  body: Given<Contract['body']>;
}

/** What a handler returns and a client gets. */
export type RouteOutput<Contract extends RouteContract> = Parsed<Contract['response']>;
