import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../lib/errors.ts';
import { CHECK_TEXTS } from '../modules/monitoring/check-texts.ts';
import type { OperatorSessions } from '../modules/operator/operator-sessions.service.ts';
import type { OperatorSession } from '../modules/operator/operator-types.ts';
import { csrfTokenOf } from '../modules/users/secrets.ts';
import { accessHtml } from './operator-access-parts.ts';
import { contractDialogHtml, contractsHtml } from './operator-contract-parts.ts';
import { accountDialogsHtml, accountsHtml, loginHtml, setUpHtml, type Text } from './operator-page-parts.ts';
import { operatorCookieOf } from './operator-routing.ts';
import { OPERATOR_TEXTS, type OperatorLanguage, type OperatorTexts } from './operator-texts.ts';
import { newNonce, sendPage } from './pages.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'assets', 'operator');

/** Script and style of the page. */
const FILES = ['operator.js', 'operator-lib.js', 'operator-setup.js', 'operator-accounts.js', 'operator-access.js', 'operator-contracts.js', 'operator-master-key.js', 'operator-viewer.js', 'operator.css'];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in an element or a quoted attribute. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** JSON as it may stand in a script element: nothing in it ends the element or begins a comment. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);

interface PageView {
  language: OperatorLanguage;
  session: OperatorSession | null;
  csrfToken: string;
  /** The page came back here because its session had ended. */
  hasEnded: boolean;
  nonce: string;
}

/** `GET /`: the login, or the console of whoever is logged in; its script and style beside it. */
export async function registerOperatorPage(app: FastifyInstance, sessions: OperatorSessions): Promise<void> {
  for (const name of FILES) {
    const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    const content = await readFile(join(FOLDER, name));
    app.get(`/${name}`, (_request, reply) => reply.headers({ 'content-type': type, 'cache-control': 'no-cache' }).send(content));
  }
  app.get('/', async (request, reply) => sendConsole(sessions, request, reply));
}

async function sendConsole(sessions: OperatorSessions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = request.query as Record<string, unknown>;
  const cookie = operatorCookieOf(request);
  const session = await sessions.findToLook(cookie, true).catch((error: unknown) => {
    // Nobody is logged in, or the database cannot say so: the login form is there either way and says what is wrong.
    if (error instanceof AppError) return null;
    throw error;
  });
  const nonce = newNonce();
  const view = { language: query['lang'] === 'en' ? 'en' : 'ja', session, csrfToken: session ? csrfTokenOf(cookie) : '', hasEnded: query['ended'] === '1', nonce } as const;
  return sendPage(reply, pageHtml(view), nonce);
}

function pageHtml(view: PageView): string {
  const texts = OPERATOR_TEXTS[view.language];
  const t = (key: keyof OperatorTexts): string => escaped(texts[key]);
  const other = view.language === 'ja' ? 'en' : 'ja';
  const data = scriptJson({ language: view.language, csrfToken: view.csrfToken, texts, checkTexts: CHECK_TEXTS[view.language] });
  const who = view.session
    ? `<span class="who">${escaped(view.session.loginId)}</span><button type="button" id="logout" class="quiet">${t('logOut')}</button>`
    : '';
  return `<!doctype html>
<html lang="${view.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${t('title')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/operator.css" nonce="${view.nonce}">
</head>
<body>
<header><h1>${t('title')}</h1><nav><a href="/?lang=${other}" lang="${other}">${t('otherLanguage')}</a>${who}</nav></header>
<noscript><p class="notice bad">${t('needsScript')}</p></noscript>
${mainHtml(view, t)}
<script type="application/json" id="page-data">${data}</script>
<script type="module" src="/operator.js" nonce="${view.nonce}"></script>
</body>
</html>
`;
}

function mainHtml({ session, hasEnded }: PageView, t: Text): string {
  if (!session) return loginHtml(t, hasEnded);
  return session.mustSetUpFactor ? setUpHtml(t) : consoleHtml(t);
}

const section = (id: string, title: string): string => `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><div id="${id}" class="wide"></div></section>`;

const card = (id: string, title: string): string => `<section class="card" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><div id="${id}"></div></section>`;

const consoleHtml = (t: Text): string => `<main id="console" aria-busy="true">
<p id="notice" class="notice" role="status">${t('loading')}</p>
<div id="content" hidden>
<div class="cards">${card('state', t('stateTitle'))}${card('calls', t('liveCalls'))}${card('database', t('databaseTitle'))}${card('product', t('productTitle'))}${card('refused', t('refusedTitle'))}</div>
${section('tenants', t('tenantsTitle'))}
${accessHtml(t)}
${contractsHtml(t)}
${section('health', t('healthTitle'))}
${section('alarms', t('alarmsTitle'))}
${section('master-key', t('masterKeyTitle'))}
${section('keys', t('keysTitle'))}
${section('backups', t('backupsTitle'))}
${section('points', t('pointsTitle'))}
${section('media', t('mediaTitle'))}
${accountsHtml(t)}
${section('events', t('eventsTitle'))}
</div>
<dialog id="ask" aria-labelledby="ask-title"><form id="ask-form">
<h2 id="ask-title"></h2>
<p id="ask-hint"></p>
<p id="ask-notice" class="notice bad" role="alert" hidden></p>
<label for="reason">${t('reason')}</label>
<textarea id="reason" name="reason" rows="3" maxlength="500" required></textarea>
<p class="hint">${t('reasonHint')}</p>
<div class="buttons"><button type="button" id="ask-cancel" class="quiet">${t('cancel')}</button><button type="submit" id="ask-do"></button></div>
</form></dialog>
${accountDialogsHtml(t)}
${contractDialogHtml(t)}
</main>`;
