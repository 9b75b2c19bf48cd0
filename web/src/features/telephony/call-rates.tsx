import { ActionIcon, Button, Fieldset, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { type CallRate, DEFAULT_RATES } from '../../../../shared/api/dial-policy.ts';
import { isPrefix } from './rate-rules.ts';

const MOST_RATES = 500;

/** What carriers charge, for estimates. */
export function CallRates({ rates, onChange }: { rates: readonly CallRate[]; onChange: (rates: CallRate[]) => void }) {
  const { t } = useLingui();
  const assumed = DEFAULT_RATES.filter(({ prefix, perMinute }) => prefix.startsWith('+') && perMinute > 0)
    .map(({ prefix, perMinute }) => `${prefix} ${perMinute}`)
    .join(', ');
  const change = (index: number, part: Partial<CallRate>) => onChange(rates.map((rate, at) => (at === index ? { ...rate, ...part } : rate)));
  return (
    <Fieldset legend={t`Rates for the estimate`}>
      <Stack gap="xs">
        <Text size="sm" c="gray.7">
          <Trans>The longest beginning that fits counts. For other numbers these yen per minute are assumed: {assumed}.</Trans>
        </Text>
        {rates.map((rate, index) => (
          // Rows have no identity but their place.
          <Group key={index} gap="xs" align="end" wrap="nowrap">
            <TextInput label={t`Number begins with`} value={rate.prefix} onChange={(event) => change(index, { prefix: event.currentTarget.value.normalize('NFKC').trim() })} error={!isPrefix(rate.prefix)} maxLength={16} style={{ flex: 1 }} />
            <NumberInput label={t`Yen per minute`} value={rate.perMinute} onChange={(value) => change(index, { perMinute: Number(value) || 0 })} min={0} max={100_000} w={130} />
            <NumberInput label={t`Yen per call`} value={rate.perCall} onChange={(value) => change(index, { perCall: Number(value) || 0 })} min={0} max={100_000} w={130} />
            <ActionIcon variant="default" size={36} aria-label={t`Remove the rate of ${rate.prefix}`} onClick={() => onChange(rates.filter((_, at) => at !== index))}>
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button variant="default" w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} disabled={rates.length >= MOST_RATES} onClick={() => onChange([...rates, { prefix: '', perMinute: 0, perCall: 0 }])}>
          <Trans>Add a rate</Trans>
        </Button>
      </Stack>
    </Fieldset>
  );
}
