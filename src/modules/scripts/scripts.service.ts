import { faultsOf, scriptDefinitionSchema, type ScriptDefinition } from '../../../shared/scripts.ts';
import { VersionedRecords } from '../support/versioned.ts';
import { findScript, insertScript, insertVersion, listScriptRows, lockScript, patchScript, versionsOf } from './scripts.queries.ts';

/** A definition as stored; it was checked when it was written. */
export const definitionOf = (stored: unknown): ScriptDefinition => scriptDefinitionSchema.parse(stored);

/** Guided scripts. */
export const scripts = new VersionedRecords<ScriptDefinition>({
  noun: 'script',
  subject: 'script',
  codes: { created: 'script.created', updated: 'script.updated', published: 'script.published' },
  definitionOf,
  faultsOf: (draft) => faultsOf(draft).map(({ step, fault }) => ({ path: `draft.${step}`, message: fault })),
  find: findScript,
  lock: lockScript,
  list: listScriptRows,
  insert: insertScript,
  patch: patchScript,
  versionsOf,
  insertVersion,
});
