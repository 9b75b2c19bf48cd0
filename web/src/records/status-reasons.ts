import { useLingui } from '@lingui/react/macro';
import { listStatusReasons, type StatusReason } from '../../../shared/api/status-reasons.ts';
import { labelIn } from '../lib/both-languages.ts';
import { useAll } from './use-all.ts';

/** The company's own kinds of break and absence, in its order and in the language of the screen. */
export function useStatusReasons() {
  const { i18n } = useLingui();
  const reasons = useAll(listStatusReasons).items;
  const labelOf = (reason: StatusReason): string => labelIn(i18n.locale, reason);
  return {
    /** Those that can be chosen now. */
    active: reasons.filter(({ active }) => active).map((reason) => ({ ...reason, text: labelOf(reason) })),
    /** Name of a reason, retired ones too; empty when there is none. */
    text: (id: string | null): string => {
      const known = id === null ? undefined : reasons.find((reason) => reason.id === id);
      return known ? labelOf(known) : '';
    },
  };
}
