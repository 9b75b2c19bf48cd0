import { useLingui } from '@lingui/react/macro';
import { listWrapUpCodes, type WrapUpCode } from '../../../shared/api/wrap-up-codes.ts';
import { labelIn } from '../lib/both-languages.ts';
import { choosable, pathTo } from './code-tree.ts';
import { useAll } from './use-all.ts';

/** The company's results of calls, in its order and in the language of the screen. */
export function useWrapUpCodes() {
  const { i18n } = useLingui();
  const codes = useAll(listWrapUpCodes).items;
  const labelOf = (code: WrapUpCode): string => labelIn(i18n.locale, code);
  const option = (code: WrapUpCode) => ({ value: code.id, label: pathTo(codes, code.id).map(labelOf).join(' › ') });
  return {
    /** What a call can be given, with its path through the tree, and the one a record already carries even if it was retired since. */
    options: (kept: string | null, groupId: string | null = null) => {
      const found = choosable(codes, groupId).map(option);
      const carried = codes.find((code) => code.id === kept);
      return carried && !found.some(({ value }) => value === carried.id) ? [...found, option(carried)] : found;
    },
    /** The result of a record, which carries the Japanese one. */
    text: (label: string): string => {
      const known = codes.find((code) => code.label === label);
      return known ? labelOf(known) : label;
    },
  };
}
