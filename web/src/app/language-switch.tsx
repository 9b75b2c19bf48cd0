import { SegmentedControl } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { type Locale, switchLocale, useLocaleStore } from '../lib/i18n.ts';

const LANGUAGES = [
  { value: 'ja', label: '日本語' },
  { value: 'en', label: 'EN' },
];

/** Japanese or English; the choice is remembered in this browser. */
export function LanguageSwitch() {
  const { t } = useLingui();
  const locale = useLocaleStore((state) => state.locale);
  return (
    <SegmentedControl
      size="xs"
      aria-label={t`Language`}
      data={LANGUAGES}
      value={locale}
      onChange={(value) => void switchLocale(value as Locale)}
    />
  );
}
