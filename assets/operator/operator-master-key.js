// Where the master key is, and what it was used for.

import { fill, make, moment, momentFormat, pairs, texts } from './operator-lib.js';

const bad = (text) => make('span', { class: 'bad' }, text);
const good = (text) => make('span', { class: 'good' }, text);
const purpose = (name) => texts[`masterPurpose_${name}`] ?? name;

function stateText({ state, deletionAt }) {
  if (state === null) return make('span', { class: 'hint' }, texts.masterKeyStateUnknown);
  const name = texts[`masterKeyState_${state}`] ?? state;
  const until = deletionAt ? fill(texts.masterKeyDeletion, { at: momentFormat.format(new Date(deletionAt)) }) : '';
  return state === 'Enabled' ? good(name) : bad(name + until);
}

function probeText({ ms, problem, checkedAt }) {
  if (problem) return bad(fill(texts.masterKeyProbeBad, { problem: texts[`problem_${problem}`] ?? problem }));
  return checkedAt === null ? texts.masterKeyProbeNone : good(fill(texts.masterKeyProbeGood, { ms }));
}

const serviceRows = (kms) => [
  [texts.masterKeyId, `${kms.keyId} (${kms.region})`],
  [texts.masterKeyState, stateText(kms)],
  [texts.masterKeyProbe, probeText(kms)],
  [texts.masterKeyOpened, kms.openedAt ? moment(kms.openedAt) : texts.masterKeyProbeNone],
];

const countText = ({ purpose: name, count, failed }) => `${purpose(name)} ${count}${failed > 0 ? fill(texts.masterKeyUsesFailed, { count: failed }) : ''}`;

const usesRows = ({ counts, last, copiedAt }) => [
  [texts.masterKeyCopy, copiedAt ? moment(copiedAt) : bad(texts.masterKeyCopyNone)],
  [texts.masterKeyUses, counts.map(countText).join(', ') || '–'],
  ...(last ? [[texts.masterKeyLast, make('span', {}, `${purpose(last.purpose)} (${last.actor}) `, moment(last.at))]] : []),
];

/** `uses` is null while the database is away. */
export const masterKeyView = ({ place, kms, warnings, uses }) =>
  pairs([
    [texts.masterKeyPlace, texts[`masterKey_${place}`]],
    ...warnings.map((warning) => [texts.masterKeyWarning, bad(texts[`masterKey_${warning}`])]),
    ...(kms ? serviceRows(kms) : []),
    ...(uses ? usesRows(uses) : []),
  ]);
