import { useLingui } from '@lingui/react/macro';

/** One entry of a call's path through the flow (`menu key 1`, `hours closed`) in words; an unknown one as it is. */
export function usePathText(): (entry: string) => string {
  const { t } = useLingui();
  const words: Readonly<Record<string, string | undefined>> = {
    'menu timeout': t`No key pressed`,
    'hours open': t`Within opening hours`,
    'hours closed': t`Outside opening hours`,
    'queue overflow': t`Waited too long`,
    'queue unroutable': t`No such queue`,
    'queue callback': t`Asked to be called back`,
    'queue wait': t`Waited too long`,
    'queue length': t`The queue was full`,
    'queue noAgents': t`No agent was there`,
    'queue closed': t`The queue was closed`,
    'queue emergency': t`Emergency switch`,
  };
  return (entry) => {
    const key = /^menu key (.)$/.exec(entry)?.[1];
    return key === undefined ? (words[entry] ?? entry) : t`Key ${key}`;
  };
}
