import { Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

interface Caller {
  callerNumber: string;
  callerName: string;
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
}

/** The caller in words: the number, else why there is none, else the name the caller gave. */
export function useCallerText(): (caller: Caller) => string {
  const { t } = useLingui();
  return (caller) => {
    if (caller.callerNumber !== '') return caller.callerNumber;
    switch (caller.withheldReason) {
      case 'anonymous':
        return t`Withheld number`;
      case 'payphone':
        return t`Public telephone`;
      case 'unavailable':
        return t`Number unavailable`;
      case null:
        return caller.callerName === '' ? t`Unknown caller` : caller.callerName;
    }
  };
}

export function CallerText({ item }: { item: Caller }) {
  const callerText = useCallerText();
  return (
    <Text span size="sm" style={{ whiteSpace: 'nowrap' }}>
      {callerText(item)}
    </Text>
  );
}
