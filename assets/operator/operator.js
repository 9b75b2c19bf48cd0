// The operator's console. Everything shown is set as text, never as markup.

import { startAccess } from './operator-access.js';
import { startAccounts } from './operator-accounts.js';
import { startContracts } from './operator-contracts.js';
import { big, byId, checkTexts, fill, logOut, make, moment, momentText, momentFormat, openPage, pairs, put, say, send, table, texts, timeFormat } from './operator-lib.js';
import { masterKeyView } from './operator-master-key.js';
import { startSetUp } from './operator-setup.js';

const REFRESH_MS = 5000;

// Login ---------------------------------------------------------------------------------------------------------------

function startLogin(form) {
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { loginId, password, code } = form.elements;
    button.disabled = true;
    button.textContent = texts.loggingIn;
    try {
      await send('POST', '/login', { loginId: loginId.value.trim(), password: password.value, code: code.value.trim() });
      openPage(false);
    } catch (error) {
      say(byId('login-notice'), error.message, true);
      button.disabled = false;
      button.textContent = texts.logIn;
      password.value = '';
      code.value = '';
      password.focus();
    }
  });
}

// Console -------------------------------------------------------------------------------------------------------------

const pad = (number) => String(number).padStart(2, '0');

function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  const time = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const days = Math.floor(seconds / 86400);
  return days > 0 ? fill(texts.days, { days, time }) : time;
}

const stateView = ({ ready, reasons }) => [
  big(ready ? texts.ready : texts.notReady, ready ? 'good' : 'bad'),
  ...(ready ? [] : [make('ul', { class: 'bad' }, ...reasons.map(({ part, reason }) => make('li', {}, texts[`part_${part}`] ?? `${part}: ${reason}`)))]),
];

const databaseView = ({ kind, healthy }) => [big(healthy ? texts.healthy : texts.unhealthy, healthy ? 'good' : 'bad'), make('div', { class: 'hint' }, texts[kind])];

const megabytes = (bytes) => `${Math.round(bytes / 1048576)} MB`;

const mediaView = (media) => {
  const load = (read) => (process) => (process.load ? read(process.load) : '–');
  return table(
    [
      { title: texts.process, of: ({ index }) => index + 1 },
      { title: texts.state, of: ({ connected }) => make('span', { class: connected ? 'good' : 'bad' }, connected ? texts.connected : texts.disconnected) },
      { title: texts.endpoints, kind: 'number', of: load(({ endpoints }) => endpoints) },
      { title: texts.recordings, kind: 'number', of: load(({ recordings }) => recordings) },
      { title: texts.tickLate, kind: 'number', of: load(({ tickLateP99Ms }) => `${tickLateP99Ms.toFixed(1)} ms`) },
      { title: texts.memory, kind: 'number', of: load(({ rssBytes }) => megabytes(rssBytes)) },
    ],
    media,
  );
};

function tenantButton(tenant) {
  if (tenant.status === 'ended') return '';
  const to = tenant.status === 'active' ? 'suspend' : 'resume';
  const button = make('button', { type: 'button', class: 'quiet', id: `status-${tenant.id}`, 'aria-label': `${texts[to]}: ${fill(texts[`${to}Title`], { tenant: tenant.name })}` }, texts[to]);
  button.addEventListener('click', () => ask(tenant, to, to));
  return button;
}

const tenantsView = (tenants) => {
  if (!tenants) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  if (tenants.length === 0) return make('p', { class: 'hint' }, texts.noTenants);
  return table(
    [
      { title: texts.code, of: ({ slug }) => slug },
      { title: texts.name, of: ({ name }) => name },
      { title: texts.state, of: ({ status }) => make('span', { class: status === 'active' ? 'good' : 'bad' }, texts[status]) },
      { title: texts.users, kind: 'number', of: ({ users }) => users },
      { title: texts.liveCalls, kind: 'number', of: ({ liveCalls }) => liveCalls },
      { title: '', kind: 'number', of: tenantButton },
    ],
    tenants,
  );
};

function rotateButton(key) {
  if (key.state !== 'stable') return '';
  const tenant = { id: key.tenantId, name: key.name };
  const button = make('button', { type: 'button', class: 'quiet', id: `rotate-${key.tenantId}`, 'aria-label': `${texts.rotate}: ${fill(texts.rotateTitle, { tenant: key.name })}` }, texts.rotate);
  button.addEventListener('click', () => ask(tenant, 'rotate', 'rotate-key'));
  return button;
}

function rotationText({ rotation }) {
  if (!rotation) return '–';
  const { sealed, total, damaged, finishedAt } = rotation;
  const at = finishedAt ? momentFormat.format(new Date(finishedAt)) : '';
  return fill(texts[`rotation_${rotation.state}`], { sealed, total, at }) + (damaged > 0 ? fill(texts.rotation_damaged, { count: damaged }) : '');
}

const keysView = (keys) => {
  if (!keys) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  if (keys.length === 0) return make('p', { class: 'hint' }, texts.noTenants);
  const newest = ({ versions }) => versions.at(-1);
  const rows = table(
    [
      { title: texts.code, of: ({ slug }) => slug },
      { title: texts.keyVersion, of: (key) => (newest(key) ? fill(texts.keyVersionOf, { version: newest(key).version, count: key.versions.length }) : make('span', { class: 'bad' }, texts.keyNone)) },
      { title: texts.keySince, kind: 'time', of: (key) => (newest(key) ? moment(newest(key).createdAt) : '–') },
      { title: texts.keyUses, kind: 'number', of: ({ uses }) => uses },
      { title: texts.keyLastUse, of: ({ lastUse }) => (lastUse ? make('span', {}, texts[`purpose_${lastUse.purpose}`] ?? lastUse.purpose, ' ', moment(lastUse.at)) : '–') },
      { title: texts.keyRotation, of: rotationText },
      { title: '', kind: 'number', of: rotateButton },
    ],
    keys,
  );
  return [make('p', { class: 'hint' }, texts.keysHint), rows];
};

const seconds = (ms) => (ms / 1000).toFixed(1);

const backupsView = (backups) => {
  if (!backups) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  const { hours, last, failure, verified, isLate } = backups;
  const size = last && fill(texts.backupSizeOf, { rows: last.rows, objects: last.objects, bytes: megabytes(last.bytes), time: seconds(last.ms) });
  const drill = verified && make('span', { class: verified.good ? 'good' : 'bad' }, verified.good ? fill(texts.backupGood, { rows: verified.rows, time: seconds(verified.ms) }) : texts.backupBad);
  return pairs([
    [texts.backupEvery, hours === null ? make('span', { class: 'bad' }, texts.backupOff) : fill(texts.backupHours, { hours })],
    [texts.backupLast, make('span', { class: isLate || !last ? 'bad' : 'good' }, last ? moment(last.at) : texts.backupNone, isLate ? texts.backupLate : '')],
    ...(last ? [[texts.backupSize, size]] : []),
    ...(failure ? [[texts.backupFailure, make('span', { class: 'bad' }, moment(failure.at), ' ', failure.reason)]] : []),
    [texts.backupVerified, verified ? make('span', {}, drill, ' ', moment(verified.at)) : texts.backupNone],
  ]);
};

const pointsView = (points) => {
  if (!points) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  const { days, reach, archivedTo, lastBase, failure, isLate } = points;
  if (days === null) return pairs([[texts.pointsKept, make('span', { class: 'bad' }, texts.pointsOff)]]);
  const base = lastBase && fill(texts.pointsBaseOf, { at: momentText(lastBase.at), bytes: megabytes(lastBase.bytes), time: seconds(lastBase.ms) });
  return pairs([
    [texts.pointsKept, fill(texts.pointsDays, { days })],
    ...(reach.length === 0 ? [[texts.pointsReach, texts.backupNone]] : reach.map(({ from, to }) => [texts.pointsReach, fill(texts.pointsReachOf, { from: momentText(from), to: momentText(to) })])),
    [texts.pointsArchived, make('span', { class: isLate ? 'bad' : 'good' }, archivedTo ? moment(archivedTo) : texts.backupNone, isLate ? texts.pointsLate : '')],
    [texts.pointsBase, base ?? texts.backupNone],
    ...(failure ? [[texts.pointsFailure, make('span', { class: 'bad' }, failure)]] : []),
  ]);
};

const detailText = ({ tenant, operator, version, reason }) =>
  [tenant, operator, version && `${texts.keyVersion} ${version}`, texts[`reason_${reason}`] ?? reason].filter((value) => value !== undefined).join(' · ');

const eventsView = (events) => {
  if (!events) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  if (events.length === 0) return make('p', { class: 'hint' }, texts.noEvents);
  return table(
    [
      { title: texts.at, kind: 'time', of: ({ at }) => moment(at) },
      { title: texts.event, of: ({ code }) => texts[`code_${code}`] ?? code },
      { title: texts.actor, of: ({ actor }) => actor || '–' },
      { title: texts.address, of: ({ ip }) => ip || '–' },
      { title: texts.detail, of: ({ detail }) => detailText(detail) },
    ],
    events,
  );
};

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A figure of a check with its unit. */
function figure(unit, value) {
  if (value === null) return '–';
  if (unit !== 'bytes' && unit !== 'bytesPerSecond') return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)} ${checkTexts.units[unit]}`.trimEnd();
  let [rest, at] = [value, 0];
  while (rest >= 1024 && at < BYTE_UNITS.length - 1) [rest, at] = [rest / 1024, at + 1];
  return `${rest.toFixed(rest < 10 && at > 0 ? 1 : 0)} ${BYTE_UNITS[at]}${checkTexts.units[unit]}`;
}

const TREND = { width: 120, height: 22, most: 60 };

/** The last hour as a line. */
function trendLine({ trend, unit }) {
  const values = trend.filter((value) => value !== null);
  if (values.length < 2) return '–';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value) => TREND.height - 1 - ((value - low) / (high - low || 1)) * (TREND.height - 2);
  const x = (at) => ((at + TREND.most - trend.length) / (TREND.most - 1)) * TREND.width;
  const points = trend.flatMap((value, at) => (value === null ? [] : [`${x(at).toFixed(1)},${y(value).toFixed(1)}`]));
  const part = (tag, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const line = part('svg', { class: 'trend', viewBox: `0 0 ${TREND.width} ${TREND.height}`, role: 'img', 'aria-label': fill(texts.trendText, { low: figure(unit, low), high: figure(unit, high) }) });
  line.append(part('polyline', { points: points.join(' ') }));
  return line;
}

const VERDICT_KINDS = { ok: 'good', note: 'warn', fault: 'bad', unknown: 'hint' };

function verdictView({ verdict, reason }) {
  const why = reason ? ` (${checkTexts.reasons[reason]})` : '';
  return make('span', { class: VERDICT_KINDS[verdict] }, `${checkTexts.verdicts[verdict]}${why}`);
}

const bounds = ({ note, fault, unit }) => (note === null && fault === null ? '–' : [note, fault].map((bound) => figure(unit, bound)).join(' / '));

const momentView = (at) => (at === null ? '–' : make('time', { datetime: at }, momentFormat.format(new Date(at))));

const healthView = ({ checks, alarmsTo, undelivered }) => [
  ...(alarmsTo.mail || alarmsTo.webhook ? [] : [make('p', { class: 'hint' }, texts.alarmsHere)]),
  ...(undelivered > 0 ? [make('p', { class: 'notice bad' }, fill(texts.alarmsWaiting, { count: undelivered }))] : []),
  table(
    [
      { title: texts.healthClass, of: (check) => checkTexts.classes[check.class] },
      { title: texts.check, of: ({ id }) => checkTexts.checks[id] },
      { title: texts.state, of: verdictView },
      { title: texts.value, kind: 'number', of: ({ unit, value }) => figure(unit, value) },
      { title: texts.bounds, kind: 'number', of: bounds },
      { title: texts.trend, of: trendLine },
      { title: texts.since, kind: 'time', of: ({ since }) => momentView(since) },
    ],
    checks,
  ),
];

const alarmsView = ({ alarms, units }) => {
  if (!alarms) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  if (alarms.length === 0) return make('p', { class: 'hint' }, texts.noAlarms);
  return table(
    [
      { title: texts.at, kind: 'time', of: ({ at }) => momentView(at) },
      { title: texts.check, of: ({ check }) => checkTexts.checks[check] },
      { title: texts.change, of: (alarm) => make('span', {}, `${checkTexts.verdicts[alarm.before]} → `, verdictView(alarm)) },
      { title: texts.value, kind: 'number', of: ({ check, value }) => figure(units[check], value) },
    ],
    alarms,
  );
};

function showHealth(health) {
  put('health', health, healthView);
  put('alarms', { alarms: health.alarms, units: Object.fromEntries(health.checks.map(({ id, unit }) => [id, unit])) }, alarmsView);
}

function show(overview) {
  const { records } = overview;
  put('state', { ready: overview.ready, reasons: overview.reasons }, stateView);
  put('calls', overview.liveCalls, (count) => big(count));
  put('database', overview.database, databaseView);
  put('product', [[texts.version, overview.version], ['Node.js', overview.nodeVersion], [texts.uptime, duration(overview.uptimeMs)]], pairs);
  const { tenants = '–', operator = '–' } = records?.refusedLogins ?? {};
  put('refused', [[texts.refusedTenants, tenants], [texts.refusedOperator, operator]], pairs);
  put('tenants', records?.tenants ?? null, tenantsView);
  put('master-key', { ...overview.masterKey, uses: records?.masterKeyUses ?? null }, masterKeyView);
  put('keys', records?.keys ?? null, keysView);
  put('backups', records?.backups ?? null, backupsView);
  put('points', records?.points ?? null, pointsView);
  put('media', overview.media, mediaView);
  put('events', records?.events ?? null, eventsView);
}

let isActive = true;
let lastAt = null;
let accounts = null;
let access = null;
let contracts = null;
let timer = 0;

async function refresh() {
  clearTimeout(timer);
  const active = isActive ? 1 : 0;
  isActive = false;
  const notice = byId('notice');
  try {
    const [overview, health] = await Promise.all([send('GET', `/overview?active=${active}`), send('GET', '/health')]);
    show(overview);
    showHealth(health);
    accounts ??= startAccounts(overview.role);
    access ??= startAccess();
    contracts ??= startContracts();
    void accounts.refresh();
    void access.refresh(overview.records?.tenants);
    void contracts.refresh();
    lastAt = timeFormat.format(new Date(overview.at));
    byId('content').hidden = false;
    byId('content').classList.remove('stale');
    byId('console').setAttribute('aria-busy', 'false');
    say(notice, fill(texts.updated, { time: lastAt }), false);
  } catch (error) {
    if (error.status === 401) return openPage(true);
    const message = error.message;
    say(notice, lastAt === null ? message : fill(texts.stale, { message, time: lastAt }), true);
    byId('content').classList.add('stale');
  }
  timer = setTimeout(refresh, document.hidden ? REFRESH_MS * 6 : REFRESH_MS);
}

let asked = null;

/** Asks for the reason of what is done with a tenant. */
function ask(tenant, to, path) {
  asked = { tenant, path };
  byId('ask-title').textContent = fill(texts[`${to}Title`], { tenant: tenant.name });
  byId('ask-hint').textContent = texts[`${to}Hint`];
  const button = byId('ask-do');
  button.textContent = texts[to];
  button.classList.toggle('danger', to === 'suspend');
  say(byId('ask-notice'), '', true);
  byId('reason').value = '';
  byId('ask').showModal();
}

async function doAsked(event) {
  event.preventDefault();
  const button = byId('ask-do');
  button.disabled = true;
  try {
    await send('POST', `/tenants/${asked.tenant.id}/${asked.path}`, { reason: byId('reason').value.trim() });
    byId('ask').close();
    await refresh();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('ask-notice'), error.message, true);
  } finally {
    button.disabled = false;
  }
}

function startConsole() {
  for (const name of ['pointerdown', 'keydown', 'scroll']) addEventListener(name, () => (isActive = true), { passive: true });
  document.addEventListener('visibilitychange', () => document.hidden || refresh());
  byId('ask-form').addEventListener('submit', doAsked);
  byId('ask-cancel').addEventListener('click', () => byId('ask').close());
  void refresh();
}

byId('logout')?.addEventListener('click', logOut);
if (byId('login')) startLogin(byId('login'));
else if (byId('set-up')) startSetUp();
else startConsole();
