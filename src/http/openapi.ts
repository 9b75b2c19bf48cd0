import { z } from 'zod';
import { problemSchema } from '../../shared/api/common.ts';
import type { RouteContract } from '../../shared/contract.ts';
import { API_PREFIX } from './api.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

function parametersOf(contract: RouteContract): Json[] {
  const list = (schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] => {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(properties).map(([name, property]) => ({ name, in: where, required: where === 'path' || required.includes(name), schema: property }));
  };
  return [...list(contract.params, 'path'), ...list(contract.query, 'query')];
}

function bodyOf(contract: RouteContract): Json | undefined {
  if (contract.upload) return { required: true, content: { [contract.upload]: { schema: { type: 'string', format: 'binary' } } } };
  if (!contract.body) return undefined;
  return { required: true, content: { 'application/json': { schema: schemaOf(contract.body, 'input') } } };
}

function answersOf(contract: RouteContract): Json {
  const problem = { $ref: '#/components/responses/Problem' };
  const good = contract.binary
    ? { 200: { description: 'The content.', content: { [contract.binary]: { schema: { type: 'string', format: 'binary' } } } } }
    : contract.response
      ? { 200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(contract.response, 'output') } } } }
      : { 204: { description: 'Done.' } };
  return { ...good, default: problem };
}

function operationOf(contract: RouteContract): Json {
  const isUnsafe = contract.method !== 'GET';
  const security = contract.permission === 'public' ? [] : [isUnsafe ? { session: [], csrf: [] } : { session: [] }, { apiKey: [] }];
  const body = bodyOf(contract);
  return {
    operationId: contract.id,
    summary: contract.summary,
    tags: [contract.tag],
    parameters: parametersOf(contract),
    ...(body ? { requestBody: body } : {}),
    responses: answersOf(contract),
    security,
    'x-permission': contract.permission,
    'x-rate-class': contract.rate,
  };
}

/** OpenAPI 3.1 of the given routes. */
export function createOpenApi(routes: readonly RouteContract[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const contract of routes) {
    const path = API_PREFIX + contract.path;
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operationOf(contract) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Smart Contact Center', version, description: 'API of one tenant. Errors are RFC 9457 problem documents with a stable `code`.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'scc_session', description: 'For pages over TLS its name begins with `__Host-`.' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
        apiKey: { type: 'http', scheme: 'bearer' },
      },
      responses: { Problem: { description: 'A problem.', content: { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } } } },
    },
  };
}
