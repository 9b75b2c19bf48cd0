import { NumberInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

interface AmountProps {
  label: string;
  value: number;
  least?: number;
  most: number;
  decimals?: boolean;
  onChange: (value: number) => void;
}

/** A number; what cannot be read counts as the least. */
export function Amount({ label, value, least = 0, most, decimals = false, onChange }: AmountProps) {
  const change = (next: string | number): void => onChange(Math.min(most, Math.max(least, Number(next) || 0)));
  return <NumberInput label={label} value={value} onChange={change} min={least} max={most} allowDecimal={decimals} w={190} />;
}

/** A length of time in whole seconds. */
export function Seconds({ label, ms, least = 0, onChange }: { label: string; ms: number; least?: number; onChange: (ms: number) => void }) {
  const { t } = useLingui();
  const change = (next: string | number): void => onChange(Math.max(least, Math.round(Number(next) || 0)) * 1000);
  return <NumberInput label={label} value={Math.round(ms / 1000)} onChange={change} min={least} max={86_400} suffix={t` s`} allowDecimal={false} w={190} />;
}
