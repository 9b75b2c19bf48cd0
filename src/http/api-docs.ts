import { PERMISSIONS } from '../../shared/permissions.ts';
import type { RouteContract } from '../../shared/contract.ts';
import { API_PREFIX } from './api.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML content and attributes. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2933;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #cbd2d9}h3{font:600 1rem/1.4 ui-monospace,monospace;margin:1.5rem 0 .25rem}
pre{background:#f5f7fa;padding:.75rem;overflow:auto;border-radius:.25rem;font-size:.85rem}
.meta{color:#52606d;font-size:.9rem}summary{cursor:pointer}`;

interface Operation {
  parameters: readonly object[];
  requestBody?: object;
  responses: object;
}

const details = (title: string, value: unknown): string =>
  `<details><summary>${escapeHtml(title)}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;

function sectionOf(contract: RouteContract, operation: Operation): string {
  const needs = contract.permission === 'public' ? 'public' : contract.permission === 'session' ? 'any session' : contract.permission;
  return [
    `<h3 id="${escapeHtml(contract.id)}">${contract.method} ${escapeHtml(API_PREFIX + contract.path)}</h3>`,
    `<div>${escapeHtml(contract.summary)}</div>`,
    `<div class="meta">${escapeHtml(contract.id)} · needs ${escapeHtml(needs)} · rate class ${contract.rate}</div>`,
    operation.parameters.length > 0 ? details('Parameters', operation.parameters) : '',
    operation.requestBody ? details('Body', operation.requestBody) : '',
    details('Answers', operation.responses),
  ].join('\n');
}

/** A readable page of the API, made from the OpenAPI document; no script, nothing loaded from elsewhere. */
export function createApiPage(routes: readonly RouteContract[], document: Record<string, unknown>, nonce: string): string {
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  const tags = [...new Set(routes.map((contract) => contract.tag))];
  const sections = tags.map((tag) => {
    const inTag = routes.filter((contract) => contract.tag === tag);
    const entries = inTag.map((contract) => {
      const operation = paths[API_PREFIX + contract.path]?.[contract.method.toLowerCase()];
      return operation ? sectionOf(contract, operation) : '';
    });
    return `<h2>${escapeHtml(tag)}</h2>\n${entries.join('\n')}`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Smart Contact Center API</title><style nonce="${nonce}">${STYLE}</style></head><body>
<h1>Smart Contact Center API</h1>
<p>Machine-readable: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). Log in with <code>POST ${API_PREFIX}/login</code>, or send
<code>Authorization: Bearer</code> with an API key. With a session, unsafe methods need the header <code>x-csrf-token</code>. Lists take
<code>limit</code> and <code>cursor</code>. Errors are RFC 9457 problem documents with a stable <code>code</code>.</p>
<p class="meta">Permissions: ${PERMISSIONS.map(escapeHtml).join(', ')}</p>
${sections.join('\n')}
</body></html>
`;
}
