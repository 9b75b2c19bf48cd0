// Access to tenants: requests, the second operator's word, and the looks themselves.

import { askFirst } from './operator-accounts.js';
import { byId, fill, make, moment, openPage, put, say, send, table, texts } from './operator-lib.js';
import { closeViewer, openViewer, startViewer } from './operator-viewer.js';

const pathOf = ({ id, tenant }, what) => `/tenants/${tenant.id}/accesses/${id}/${what}`;

function actButton(access, name, path, isDangerous) {
  const words = { operator: access.operator, tenant: access.tenant.name, minutes: access.minutes };
  const button = make('button', { type: 'button', class: 'quiet', id: `${name}-${access.id}`, 'aria-label': `${texts[name]}: ${fill(texts[`${name}Title`], words)}` }, texts[name]);
  const hint = name === 'approve' ? `${fill(texts.approveHint, words)} ${texts[`scope_${access.scope}`]}: ${access.reason}` : fill(texts[`${name}Hint`], words);
  button.addEventListener('click', () =>
    askFirst(fill(texts[`${name}Title`], words), hint, texts[name], isDangerous, async () => {
      await send('POST', pathOf(access, path));
      if (path === 'end') closeViewer(access.id);
      await refresh();
    }),
  );
  return button;
}

function lookButton(access) {
  const button = make('button', { type: 'button', id: `look-${access.id}`, class: 'quiet' }, texts.lookInto);
  button.addEventListener('click', () => openViewer(access));
  return button;
}

function actionsOf(access) {
  if (access.status === 'ended') return [];
  if (!access.own) return access.status === 'requested' ? [actButton(access, 'approve', 'approve', false), actButton(access, 'decline', 'decline', true)] : [];
  return access.status === 'open' ? [lookButton(access), actButton(access, 'endAccess', 'end', true)] : [actButton(access, 'withdraw', 'end', false)];
}

const stateText = ({ status, endedHow }) => (status === 'ended' ? `${texts.status_ended} (${texts[`how_${endedHow}`]})` : texts[`status_${status}`]);
const STATE_KINDS = { open: 'bad', requested: 'warn', ended: '' };

const accessesView = (items) => {
  if (items.length === 0) return make('p', { class: 'hint' }, texts.accessNone);
  return table(
    [
      { title: texts.accessAsked, kind: 'time', of: ({ createdAt }) => moment(createdAt) },
      { title: texts.accessTenant, of: ({ tenant }) => `${tenant.name} (${tenant.slug})` },
      { title: texts.accessBy, kind: 'name', of: ({ operator }) => operator },
      { title: texts.accessScope, of: ({ scope }) => texts[`scope_${scope}`] },
      { title: texts.reason, of: ({ reason, ticket, urgentReason }) => [reason, ticket, urgentReason ?? ''].filter((part) => part !== '').join(' · ') },
      { title: texts.accessApprovedBy, kind: 'name', of: ({ approvedBy, urgentReason }) => (urgentReason === null ? (approvedBy ?? '–') : make('span', { class: 'warn' }, texts.accessUrgentWord)) },
      { title: texts.state, of: (access) => make('span', { class: STATE_KINDS[access.status] }, stateText(access)) },
      { title: texts.accessUntil, kind: 'time', of: ({ until, endedAt }) => (endedAt ?? until ? moment(endedAt ?? until) : '–') },
      { title: '', of: (access) => make('span', { class: 'actions' }, ...actionsOf(access)) },
    ],
    items,
  );
};

/** Keeps what is chosen while the list of tenants is drawn anew. */
function fillTenants(tenants) {
  const select = byId('access-tenant');
  const chosen = select.value;
  const options = tenants.filter(({ status }) => status !== 'ended').map(({ id, name, slug }) => make('option', { value: id }, `${name} (${slug})`));
  select.replaceChildren(...options);
  if (chosen !== '') select.value = chosen;
}

let known = '';

async function refresh(tenants) {
  if (tenants && JSON.stringify(tenants.map(({ id, name, status }) => [id, name, status])) !== known) {
    known = JSON.stringify(tenants.map(({ id, name, status }) => [id, name, status]));
    fillTenants(tenants);
  }
  try {
    const { items } = await send('GET', '/accesses');
    put('accesses', items, accessesView);
    for (const { id, status } of items) if (status === 'ended') closeViewer(id);
  } catch (error) {
    if (error.status === 401) return openPage(true);
    put('accesses', { error: error.message }, () => make('p', { class: 'notice bad', role: 'alert' }, error.message));
  }
}

async function ask(event) {
  event.preventDefault();
  const { tenant, scope, reason, ticket, minutes, urgent, urgentReason } = event.target.elements;
  const button = byId('access-ask');
  button.disabled = true;
  try {
    await send('POST', `/tenants/${tenant.value}/accesses`, {
      scope: scope.value,
      reason: reason.value.trim(),
      ticket: ticket.value.trim(),
      minutes: Number(minutes.value),
      urgentReason: urgent.checked ? urgentReason.value.trim() : null,
    });
    event.target.reset();
    showUrgent();
    say(byId('access-notice'), '', false);
    await refresh();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('access-notice'), error.code === 'invalid_request' ? texts.accessRule : error.message, true);
  } finally {
    button.disabled = false;
  }
}

function showUrgent() {
  const isUrgent = byId('access-urgent').checked;
  byId('access-urgent-part').hidden = !isUrgent;
  byId('access-urgent-reason').required = isUrgent;
}

export function startAccess() {
  startViewer();
  byId('access-form').addEventListener('submit', ask);
  byId('access-urgent').addEventListener('change', showUrgent);
  return { refresh };
}
