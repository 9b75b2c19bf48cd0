import { useLingui } from '@lingui/react/macro';
import type { ScriptFault } from '../../../../shared/scripts.ts';

/** Faults of a script in words. */
export function useFaultWords(): Readonly<Record<ScriptFault['fault'], string>> {
  const { t } = useLingui();
  return {
    duplicate_step: t`Two steps have the same name.`,
    duplicate_field: t`Two fields have the same name.`,
    unknown_step: t`It leads to a step that does not exist.`,
    unknown_field: t`It asks for a field that does not exist.`,
    no_choices: t`A choice has nothing to choose from.`,
    unknown_choice: t`A branch asks for a choice that does not exist.`,
    unreachable: t`No step leads here.`,
  };
}
