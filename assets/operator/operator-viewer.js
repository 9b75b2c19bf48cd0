// Looks at a tenant through an open access. Every click on a side, page or call is one look, which the tenant sees.

import { byId, fill, make, momentFormat, openPage, say, send, texts } from './operator-lib.js';

const SIDES = ['queues', 'flows', 'numbers', 'trunks', 'devices', 'users', 'calls', 'audit'];
/** Fields that come first; the others follow as the server names them. */
const FIRST = ['seq', 'at', 'startedAt', 'code', 'name', 'loginId', 'username', 'number', 'direction', 'outcome', 'status', 'state'];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

let access = null;

function words(value) {
  if (value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'string' && INSTANT.test(value)) return momentFormat.format(new Date(value));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const place = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/** Where a row leads to one more look. */
const LEADS = { calls: 'call', flows: 'flow' };

function rowsOf(view, items) {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((name) => name !== 'id').toSorted((a, b) => place(a) - place(b));
  const lead = LEADS[view];
  const head = make('tr', {}, ...(lead ? [make('th', { scope: 'col' }, '')] : []), ...names.map((name) => make('th', { scope: 'col' }, name)));
  const row = (item) => {
    const cells = names.map((name) => make('td', { 'data-label': name }, words(item[name])));
    if (!lead) return make('tr', {}, ...cells);
    const button = make('button', { type: 'button', class: 'quiet' }, texts.viewerOpen);
    button.addEventListener('click', () => void look(lead, item.id));
    return make('tr', {}, make('td', {}, button), ...cells);
  };
  return make('table', { class: 'stack rows' }, make('thead', {}, head), make('tbody', {}, ...items.map(row)));
}

/** One call or flow: a value a line. */
const factsOf = (item) => make('dl', {}, ...Object.entries(item).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, typeof value === 'object' && value !== null ? make('pre', {}, JSON.stringify(value, null, 1)) : words(value))]));

/** The messages between us and each other side, in order, an arrow each. */
function ladderOf(messages) {
  const peers = [...new Set(messages.map(({ peer }) => peer))];
  const head = make('tr', {}, make('th', { scope: 'col' }, ''), make('th', { scope: 'col' }, 'SCC'), ...peers.map((peer) => make('th', { scope: 'col' }, peer)));
  const row = ({ at, direction, peer, text }) => {
    const [first = ''] = text.split('\n');
    const arrow = direction === 'in' ? '◀' : '▶';
    const cells = peers.map((one) => make('td', { class: one === peer ? `step ${direction}` : '' }, one === peer ? `${arrow} ${first.trim()}` : ''));
    return make('tr', {}, make('td', { class: 'time' }, new Date(at).toISOString().slice(11, 23)), make('td', {}, ''), ...cells);
  };
  const ladder = make('table', { class: 'ladder' }, make('thead', {}, head), make('tbody', {}, ...messages.map(row)));
  const whole = messages.some(({ text }) => text.includes('\n')) ? [make('pre', {}, messages.map(({ text }) => text).join('\n\n'))] : [];
  return [ladder, ...whole];
}

function contentOf(view, items) {
  if (items.length === 0) return [make('p', { class: 'hint' }, texts.viewerEmpty)];
  if (view === 'sip') return ladderOf(items);
  return view === 'call' || view === 'flow' ? items.map(factsOf) : [rowsOf(view, items)];
}

function buttonTo(words, run) {
  const button = make('button', { type: 'button', class: 'quiet' }, words);
  button.addEventListener('click', run);
  return button;
}

function leadsOf(view, of, nextCursor) {
  if (view === 'call') return [buttonTo(texts.viewerBack, () => void look('calls')), buttonTo(texts.viewerSip, () => void look('sip', of))];
  if (view === 'sip') return [buttonTo(texts.viewerCall, () => void look('call', of))];
  return nextCursor === null ? [] : [buttonTo(texts.viewerMore, () => void look(view, undefined, nextCursor))];
}

async function look(view, of, cursor) {
  const shown = access;
  if (!shown) return;
  const query = new URLSearchParams({ ...(of ? { of } : {}), ...(cursor ? { cursor } : {}) });
  byId('viewer-content').setAttribute('aria-busy', 'true');
  try {
    const { items, nextCursor } = await send('GET', `/tenants/${shown.tenant.id}/accesses/${shown.id}/views/${view}?${query}`);
    // It was closed, or another one opened, meanwhile.
    if (access !== shown) return;
    say(byId('viewer-notice'), '', false);
    byId('viewer-content').replaceChildren(...contentOf(view, items), make('div', { class: 'actions' }, ...leadsOf(view, of, nextCursor)));
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('viewer-notice'), error.message, true);
    byId('viewer-content').replaceChildren();
  } finally {
    byId('viewer-content').setAttribute('aria-busy', 'false');
  }
}

/** What was seen does not stay in the page. @param id only if this one is shown; unset = whichever */
export function closeViewer(id) {
  if (!access || (id !== undefined && access.id !== id)) return;
  access = null;
  byId('viewer').hidden = true;
  byId('viewer-content').replaceChildren();
}

export function openViewer(opened) {
  access = opened;
  byId('viewer-title').textContent = fill(texts.viewerTitle, { tenant: opened.tenant.name, until: momentFormat.format(new Date(opened.until)) });
  const sides = opened.scope === 'content' ? [...SIDES, 'customers'] : SIDES;
  byId('viewer-sides').replaceChildren(...sides.map((side) => buttonTo(texts[`view_${side}`], () => void look(side))));
  byId('viewer-content').replaceChildren();
  say(byId('viewer-notice'), '', false);
  byId('viewer').hidden = false;
  byId('viewer-title').focus();
  // The browser may sleep longer than the access lasts: the server refuses then, and the page forgets.
  setTimeout(() => closeViewer(opened.id), Math.max(0, Date.parse(opened.until) - Date.now()));
}

export function startViewer() {
  byId('viewer-close').addEventListener('click', () => closeViewer());
}
