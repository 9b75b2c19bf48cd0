import { TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { SkillFault } from '../../../../shared/skills/expression.ts';
import { skillFault } from './queue-draft.ts';

/** A skill expression, checked while it is typed; says what is wrong and at which character. */
export function ExpressionInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  const faultText = useFaultText();
  const fault = skillFault(value);
  return (
    <TextInput
      label={label}
      description={t`For example: ja >= 3 AND (en >= 2 OR zh) AND NOT trainee`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fault ? faultText(fault) : undefined}
      maxLength={500}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'monospace' } }}
    />
  );
}

function useFaultText(): (fault: SkillFault) => string {
  const { t } = useLingui();
  return ({ code, at }) => {
    const place = at + 1;
    switch (code) {
      case 'level':
        return t`Levels are 1 to 5 (character ${place})`;
      case 'unclosed':
        return t`A bracket is not closed`;
      case 'tooDeep':
        return t`Too many brackets inside each other`;
      case 'tooLong':
        return t`This is too long`;
      case 'empty':
      case 'unexpected':
        return t`This is not understood at character ${place}`;
    }
  };
}
