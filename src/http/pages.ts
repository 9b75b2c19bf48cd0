import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../lib/errors.ts';
import { pageCsp } from './security-headers.ts';

const PLACEHOLDER = '__CSP_NONCE__';

export const newNonce = (): string => randomBytes(16).toString('base64');

/** Sends a page that may use scripts and styles with this nonce. */
export function sendPage(reply: FastifyReply, html: string, nonce: string): FastifyReply {
  return reply
    .code(200)
    .headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': pageCsp(nonce) })
    .send(html);
}

/**
 * Serves the built web client: files as they are, and its one page for every other path of a browser, with a fresh nonce.
 * @param folder of the build; may be missing while developing, then only the API answers
 */
export async function registerPages(app: FastifyInstance, folder: string): Promise<void> {
  const template = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
  const page = (reply: FastifyReply): FastifyReply => {
    if (template === null) throw new AppError('not_found', 404, 'The web client is not built.');
    const nonce = newNonce();
    return sendPage(reply, template.replaceAll(PLACEHOLDER, nonce), nonce);
  };
  app.get('/', (_request, reply) => page(reply));
  app.get('/index.html', (_request, reply) => page(reply));
  if (template !== null) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      wildcard: true,
      // The build writes each script and style once more, compressed.
      preCompressed: true,
      setHeaders(response, path) {
        // Built files carry a hash of their content in the name.
        const isHashed = path.includes('/assets/');
        void response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        if (isHashed) void response.header('vary', 'accept-encoding');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const wantsPage = request.method === 'GET' && !path.startsWith('/api') && !path.startsWith('/assets/') && (request.headers.accept ?? '').includes('text/html');
    if (wantsPage) return page(reply);
    throw new AppError('not_found', 404, 'There is nothing at this address.');
  });
}
