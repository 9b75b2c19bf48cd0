// Accounts of operators and their sessions.

import { byId, fill, make, moment, openPage, put, say, send, table, texts } from './operator-lib.js';

let isAdmin = false;

function issued(loginId, password) {
  byId('issued-title').textContent = fill(texts.issuedTitle, { operator: loginId });
  byId('issued-password').textContent = password;
  byId('issued').showModal();
}

let confirmed = null;

/** Asks before something is done. @param run what is done; its message stands in the dialog when it fails */
export function askFirst(title, hint, verb, isDangerous, run) {
  confirmed = run;
  byId('confirm-title').textContent = title;
  byId('confirm-hint').textContent = hint;
  const button = byId('confirm-do');
  button.textContent = verb;
  button.classList.toggle('danger', isDangerous);
  say(byId('confirm-notice'), '', true);
  byId('confirm').showModal();
}

async function doConfirmed(event) {
  event.preventDefault();
  const button = byId('confirm-do');
  button.disabled = true;
  try {
    await confirmed();
    byId('confirm').close();
    await refresh();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('confirm-notice'), error.message, true);
  } finally {
    button.disabled = false;
  }
}

const ACTIONS = {
  enable: { path: 'enable', shows: ({ disabledAt }) => disabledAt !== null },
  role: { path: 'role', shows: ({ disabledAt }) => disabledAt === null },
  resetPassword: { path: 'reset-password', shows: ({ disabledAt }) => disabledAt === null },
  resetFactor: { path: 'reset-second-factor', shows: ({ secondFactorSince }) => secondFactorSince !== null },
  disable: { path: 'disable', isDangerous: true, shows: ({ disabledAt }) => disabledAt === null },
};

function actionButton(account, name) {
  const { path, isDangerous = false } = ACTIONS[name];
  const role = account.role === 'admin' ? 'staff' : 'admin';
  const words = { operator: account.loginId, role: texts[`role_${role}`] };
  const verb = fill(texts[`account_${name}`], words);
  const button = make('button', { type: 'button', class: 'quiet', id: `${name}-${account.id}`, 'aria-label': `${account.loginId}: ${verb}` }, verb);
  button.addEventListener('click', () =>
    askFirst(`${account.loginId}: ${verb}`, fill(texts[`account_${name}Hint`], words), verb, isDangerous, async () => {
      const answer = await send('POST', `/operators/${account.id}/${path}`, name === 'role' ? { role } : undefined);
      if (answer?.password) issued(account.loginId, answer.password);
    }),
  );
  return button;
}

const accountsView = ({ items, own }) =>
  table(
    [
      { title: texts.loginId, kind: 'name', of: ({ loginId }) => loginId },
      { title: texts.role, of: ({ role }) => texts[`role_${role}`] },
      { title: texts.state, of: ({ disabledAt }) => make('span', { class: disabledAt === null ? 'good' : 'bad' }, disabledAt === null ? texts.accountOn : texts.accountOff) },
      { title: texts.secondFactor, of: ({ secondFactorSince }) => (secondFactorSince === null ? make('span', { class: 'warn' }, texts.factorNone) : moment(secondFactorSince)) },
      { title: texts.createdAt, kind: 'time', of: ({ createdAt }) => moment(createdAt) },
      {
        title: '',
        of: (account) => (account.loginId === own ? texts.ownAccount : make('span', { class: 'actions' }, ...Object.keys(ACTIONS).filter((name) => ACTIONS[name].shows(account)).map((name) => actionButton(account, name)))),
      },
    ],
    items,
  );

function revokeButton(session) {
  if (session.current) return texts.currentSession;
  const button = make('button', { type: 'button', class: 'quiet', id: `revoke-${session.id}`, 'aria-label': `${session.loginId}: ${texts.revokeSession}` }, texts.revokeSession);
  button.addEventListener('click', () => askFirst(`${session.loginId}: ${texts.revokeSession}`, texts.revokeSessionHint, texts.revokeSession, true, () => send('POST', `/sessions/${session.id}/revoke`)));
  return button;
}

const sessionsView = (items) =>
  table(
    [
      { title: texts.loginId, kind: 'name', of: ({ loginId }) => loginId },
      { title: texts.address, of: ({ ip }) => ip },
      { title: texts.browser, of: ({ userAgent }) => userAgent || '–' },
      { title: texts.sessionSince, kind: 'time', of: ({ createdAt }) => moment(createdAt) },
      { title: texts.sessionSeen, kind: 'time', of: ({ lastSeenAt }) => moment(lastSeenAt) },
      { title: '', of: revokeButton },
    ],
    items,
  );

async function refresh() {
  try {
    const [sessions, accounts] = await Promise.all([send('GET', '/sessions'), isAdmin ? send('GET', '/operators') : null]);
    put('sessions', sessions.items, sessionsView);
    const own = sessions.items.find(({ current }) => current)?.loginId;
    if (accounts) put('accounts', { items: accounts.items, own }, accountsView);
  } catch (error) {
    if (error.status === 401) return openPage(true);
    for (const id of ['sessions', ...(isAdmin ? ['accounts'] : [])]) put(id, { error: error.message }, () => make('p', { class: 'notice bad', role: 'alert' }, error.message));
  }
}

async function create(event) {
  event.preventDefault();
  const form = event.target;
  const button = byId('account-create');
  button.disabled = true;
  const loginId = form.elements.loginId.value.trim();
  try {
    const { password } = await send('POST', '/operators', { loginId, role: form.elements.role.value });
    say(byId('account-notice'), '', false);
    form.reset();
    issued(loginId, password);
    await refresh();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('account-notice'), error.code === 'invalid_request' ? texts.accountIdRule : error.message, true);
  } finally {
    button.disabled = false;
  }
}

/** @param role of whoever looks */
export function startAccounts(role) {
  isAdmin = role === 'admin';
  byId('accounts-section').hidden = !isAdmin;
  byId('account-form').addEventListener('submit', create);
  byId('confirm-form').addEventListener('submit', doConfirmed);
  byId('confirm-cancel').addEventListener('click', () => byId('confirm').close());
  byId('issued-close').addEventListener('click', () => byId('issued').close());
  // What was told once does not stay in the page.
  byId('issued').addEventListener('close', () => (byId('issued-password').textContent = ''));
  return { refresh };
}
