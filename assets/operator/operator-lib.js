// What all parts of the operator's console are built with. Everything shown is set as text, never as markup.

export const { language, csrfToken, texts, checkTexts } = JSON.parse(document.getElementById('page-data').textContent);
export const byId = (id) => document.getElementById(id);

export const fill = (text, values) => text.replaceAll(/\{(\w+)\}/g, (_match, name) => values[name] ?? '');
export const timeFormat = new Intl.DateTimeFormat(language, { timeZone: 'Asia/Tokyo', timeStyle: 'medium' });
export const momentFormat = new Intl.DateTimeFormat(language, { timeZone: 'Asia/Tokyo', dateStyle: 'medium', timeStyle: 'medium' });

/** An element with attributes and children; strings become text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** What went wrong, as a sentence. */
class Problem extends Error {
  constructor(status, code) {
    super(texts[code] ?? texts.failed);
    this.status = status;
    this.code = code;
  }
}

export async function send(method, path, body) {
  const headers = { 'x-csrf-token': csrfToken, ...(body ? { 'content-type': 'application/json' } : {}) };
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  } catch {
    throw new Problem(0, 'network');
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, answer?.code);
  return answer;
}

export function openPage(hasEnded) {
  location.href = `/?lang=${language}${hasEnded ? '&ended=1' : ''}`;
}

export function say(element, text, isBad) {
  element.textContent = text;
  element.hidden = text === '';
  element.classList.toggle('bad', isBad);
}

export const big = (text, kind = '') => make('div', { class: `big ${kind}` }, text);

export const pairs = (entries) => make('dl', {}, ...entries.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));

/** A table; on narrow screens every row becomes a block with the column's name before each value. */
export function table(columns, rows) {
  const head = make('thead', {}, make('tr', {}, ...columns.map(({ title, kind }) => make('th', { scope: 'col', class: kind ?? '' }, title))));
  const cell = (row) => ({ kind, title, of }) => make('td', { class: kind ?? '', 'data-label': title }, ...[of(row)].filter((value) => value !== ''));
  return make('table', { class: 'stack' }, head, make('tbody', {}, ...rows.map((row) => make('tr', {}, ...columns.map(cell(row))))));
}

const shown = new Map();

/** Puts content in its place, unless nothing changed; the focus stays on the button it was on. */
export function put(id, data, render) {
  const signature = JSON.stringify(data);
  if (shown.get(id) === signature) return;
  shown.set(id, signature);
  const focused = document.activeElement?.id;
  byId(id).replaceChildren(...[render(data)].flat());
  if (focused) byId(focused)?.focus();
}

/** A time within a sentence. */
export const momentText = (at) => momentFormat.format(new Date(at));
export const moment = (at) => make('time', { datetime: at }, momentText(at));

/** Ends the session; what fails is said at `#notice`. */
export async function logOut() {
  try {
    await send('POST', '/logout');
    openPage(false);
  } catch (error) {
    if (error.status === 401) return openPage(false);
    say(byId('notice'), error.message, true);
  }
}
