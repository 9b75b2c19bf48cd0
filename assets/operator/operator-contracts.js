// Contracts of tenants: their days, legal holds, and the destruction that two operators approve.

import { byId, fill, make, momentFormat, openPage, put, say, send, table, texts } from './operator-lib.js';

/** What may be done with a contract, and when. */
const ACTIONS = {
  end: { path: 'end', verb: 'contractEnd', shows: ({ state }) => state === 'active' },
  renew: { path: 'renew', verb: 'contractRenew', shows: ({ state, timeline }) => timeline.length > 0 && (state === 'active' || state === 'ended') },
  undo: { path: 'undo-deletion', verb: 'contractUndo', shows: ({ state }) => state === 'logically_deleted' },
  hold: { path: 'hold', verb: 'contractHoldDo', hint: 'contractHoldHint', shows: ({ state, hold }) => !hold && !['destroying', 'destroyed'].includes(state) },
  release: { path: 'release', verb: 'contractRelease', shows: ({ hold }) => hold !== null },
  approve: { path: 'approve-destruction', verb: 'contractApprove', isDangerous: true, shows: ({ isDestructionDue }) => isDestructionDue },
};

let asked = null;

function ask(contract, name) {
  const { path, verb, hint = `${verb}Hint`, isDangerous = false } = ACTIONS[name];
  asked = { contract, name, path };
  byId('contract-title').textContent = `${contract.slug}: ${texts[verb]}`;
  byId('contract-hint').textContent = texts[hint];
  byId('contract-form').reset();
  for (const [field, only] of [['on', 'end'], ['code', 'approve']]) {
    byId(`contract-${field}-field`).hidden = name !== only;
    byId(`contract-${field}`).required = name === only;
  }
  byId('contract-on').min = contract.today;
  const button = byId('contract-do');
  button.textContent = texts[verb];
  button.classList.toggle('danger', isDangerous);
  say(byId('contract-notice'), '', true);
  byId('contract').showModal();
}

function bodyOf({ name }) {
  const { on, code, reason } = byId('contract-form').elements;
  return { reason: reason.value.trim(), ...(name === 'end' ? { on: on.value } : {}), ...(name === 'approve' ? { code: code.value.trim() } : {}) };
}

async function doAsked(event) {
  event.preventDefault();
  const button = byId('contract-do');
  button.disabled = true;
  try {
    await send('POST', `/tenants/${asked.contract.tenantId}/contract/${asked.path}`, bodyOf(asked));
    byId('contract').close();
    await refresh();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('contract-notice'), error.message, true);
  } finally {
    button.disabled = false;
  }
}

async function saveCertificate({ tenantId }) {
  try {
    const { slug, text } = await send('GET', `/tenants/${tenantId}/certificate`);
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: `deletion-certificate-${slug}.json` });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('notice'), error.message, true);
  }
}

function buttonsOf(contract) {
  const buttons = Object.entries(ACTIONS)
    .filter(([, { shows }]) => shows(contract))
    .map(([name, { verb }]) => {
      const button = make('button', { type: 'button', class: 'quiet', id: `contract-${name}-${contract.tenantId}`, 'aria-label': `${contract.slug}: ${texts[verb]}` }, texts[verb]);
      button.addEventListener('click', () => ask(contract, name));
      return button;
    });
  if (contract.certificateAt !== null) {
    const button = make('button', { type: 'button', class: 'quiet', id: `certificate-${contract.tenantId}`, 'aria-label': `${contract.slug}: ${texts.contractCertificate}` }, texts.contractCertificate);
    button.addEventListener('click', () => void saveCertificate(contract));
    buttons.push(button);
  }
  return make('div', { class: 'buttons' }, ...buttons);
}

const KINDS = { active: 'good', ended: 'warn', logically_deleted: 'warn', destroying: 'bad', destroyed: 'hint' };

function stateView(contract) {
  const { state, hold, approvals, overdueDays, isDestructionDue, progress } = contract;
  const line = (kind, text) => make('div', { class: kind }, text);
  return make(
    'div',
    {},
    line(KINDS[state], fill(texts[`contract_${state}`], progress ?? { done: 0, of: '–' })),
    ...(hold ? [line('bad', fill(texts.contractHold, hold))] : []),
    ...(overdueDays > 0 ? [line('bad', fill(texts.contractLate, { days: overdueDays }))] : []),
    ...(isDestructionDue ? [line('warn', texts.contractDue)] : []),
    ...approvals.map(({ loginId, reason, at }) => line('hint', fill(texts.contractApproved, { operator: loginId, reason, at: momentFormat.format(new Date(at)) }))),
  );
}

/** Whether the tenant got its data, at the day until which it is due. */
function returnedView({ returnedOn, state }) {
  if (returnedOn !== null) return make('div', { class: 'good' }, fill(texts.contractReturned, { day: returnedOn }));
  // Before the end it is not missing yet, and afterwards nothing is known of it any more.
  return state === 'ended' || state === 'logically_deleted' ? make('div', { class: 'warn' }, texts.contractNotReturned) : '';
}

function daysView(contract) {
  const { timeline } = contract;
  if (timeline.length === 0) return make('span', { class: 'hint' }, texts.contractNoEnd);
  const mark = ({ done, held }) => (done ? ` (${texts.milestoneDone})` : held ? ` (${texts.milestoneHeld})` : '');
  return make('ul', { class: 'plain' }, ...timeline.map((entry) => make('li', { class: entry.done ? 'hint' : '' }, make('time', { datetime: entry.day }, entry.day), ` ${texts[`milestone_${entry.milestone}`]}${mark(entry)}`, entry.milestone === 'returnUntil' ? returnedView(contract) : '')));
}

const contractsView = (items) => {
  if (items === null) return make('p', { class: 'hint' }, texts.unknownWhileAway);
  if (items.length === 0) return make('p', { class: 'hint' }, texts.noTenants);
  return table(
    [
      { title: texts.code, of: ({ slug }) => slug },
      { title: texts.state, of: stateView },
      { title: texts.contractDays, of: daysView },
      { title: '', of: buttonsOf },
    ],
    items,
  );
};

async function refresh() {
  let items = null;
  try {
    ({ items } = await send('GET', '/contracts'));
  } catch (error) {
    if (error.status === 401) return openPage(true);
  }
  // What happened is in the events below; only what is shown here makes the table anew.
  put('contracts', items && items.map(({ events: _events, ...contract }) => contract), contractsView);
}

/** @returns what looks again */
export function startContracts() {
  byId('contract-form').addEventListener('submit', doAsked);
  byId('contract-cancel').addEventListener('click', () => byId('contract').close());
  return { refresh };
}
